package dev.quern.cpu;

import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Which processor each worker of a pool sits on, so that no two share one while others are idle.
 * Linux puts a thread that is woken up beside the one that woke it, and the kernels of some virtual
 * machines pack threads on few processors on purpose; a worker that waits for its caller's
 * processor then does nothing at all, until the loop is over: of 144 runs of 60 loops of 220 us 44
 * took twice as long.
 *
 * <p>A worker looks at one other in each round, and gives way if that one comes before it. It is
 * moved once; where it may run is afterwards as before.
 */
final class Seats {
  /** Ints between two workers' entries: two cache lines, as neighbours are fetched in pairs. */
  private static final int PAD = 32;

  /** Where moving does not help, it is not tried more often. */
  private static final long NANOS_BETWEEN_MOVES = 1_000_000;

  private final @Nullable Affinity affinity = Affinity.offered();
  private final int workers;

  /** Written only when it changes, so that looking costs nothing. */
  private final int[] processors;

  private final long[] moved;

  Seats(int workers) {
    this.workers = workers;
    processors = new int[workers * PAD];
    Arrays.fill(processors, -1);
    moved = new long[workers * PAD];
    Arrays.fill(moved, System.nanoTime() - NANOS_BETWEEN_MOVES);
  }

  /** Notes where the calling thread runs, which is this worker. */
  void note(int worker) {
    if (affinity != null) {
      int processor = affinity.processor();
      if (processors[worker * PAD] != processor) {
        processors[worker * PAD] = processor;
      }
    }
  }

  /** Notes it, and goes elsewhere if another worker is there. */
  void keepApart(int worker, long round) {
    note(worker);
    int other = (int) ((worker + 1 + round % (workers - 1)) % workers);
    if (affinity != null && other < worker && processors[other * PAD] == processors[worker * PAD]) {
      move(worker, affinity);
    }
  }

  private void move(int worker, Affinity threads) {
    long now = System.nanoTime();
    if (now - moved[worker * PAD] < NANOS_BETWEEN_MOVES) {
      return;
    }
    moved[worker * PAD] = now;
    BitSet allowed = threads.allowed();
    BitSet free = (BitSet) allowed.clone();
    for (int w = 0; w < workers; w++) {
      if (processors[w * PAD] >= 0) {
        free.clear(processors[w * PAD]);
      }
    }
    if (!free.isEmpty()) {
      threads.allow(free);
      threads.allow(allowed);
      note(worker);
    }
  }
}
