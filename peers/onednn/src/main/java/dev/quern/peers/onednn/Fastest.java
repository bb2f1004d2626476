package dev.quern.peers.onednn;

import dev.quern.bench.peers.KernelRun;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Tries the layouts that data can have: the one that the library asks for is not always fastest.
 */
final class Fastest {
  private static final long NANOS = 30_000_000;
  private static final int ROUNDS = 3;

  private Fastest() {}

  static <L> KernelRun of(List<L> layouts, Function<L, KernelRun> prepare) {
    KernelRun fastest = null;
    double best = Double.POSITIVE_INFINITY;
    for (L layout : layouts) {
      KernelRun run = prepare.apply(layout);
      double time = time(run);
      KernelRun slower = time < best ? fastest : run;
      fastest = time < best ? run : fastest;
      best = Math.min(time, best);
      close(slower);
    }
    if (fastest == null) {
      throw new IllegalArgumentException("there must be a layout");
    }
    return fastest;
  }

  private static double time(KernelRun run) {
    run.run();
    double best = Double.POSITIVE_INFINITY;
    for (int round = 0; round < ROUNDS; round++) {
      long begun = System.nanoTime();
      long passed;
      int runs = 0;
      do {
        run.run();
        runs++;
        passed = System.nanoTime() - begun;
      } while (passed < NANOS);
      best = Math.min(best, (double) passed / runs);
    }
    return best;
  }

  private static void close(@Nullable KernelRun run) {
    if (run != null) {
      run.close();
    }
  }
}
