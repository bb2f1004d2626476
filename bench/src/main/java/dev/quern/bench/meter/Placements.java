package dev.quern.bench.meter;

import dev.quern.core.DeviceInfo;
import dev.quern.core.Kernel;
import dev.quern.core.Stream;
import dev.quern.kernels.cases.Bindings;
import dev.quern.kernels.cases.Run;
import java.util.ArrayList;
import java.util.List;

/**
 * One pass on several sets of buffers that take turns, batch by batch. Where buffers lie decides
 * which of their pages drive each other out of a cache: the same convolution took 262 to 302 us in
 * a process, on one set or another, and a run of the benchmarks would know only one.
 */
final class Placements<K extends Kernel> implements AutoCloseable {
  /** An odd number: the median is then one of them. */
  private static final int MOST = 5;

  /** For all sets together; what fills caches over and over has no good place and no bad one. */
  private static final long MOST_BYTES = 64L << 20;

  private final List<BoundRun<K>> sets = new ArrayList<>();
  private int current;

  /** As many sets as are worth it: on a GPU, whose memory is its own, one. */
  Placements(Run<K> run, K kernel, Stream stream) {
    try {
      sets.add(new BoundRun<>(run, kernel, stream));
      boolean cpu = stream.device().info().kind() == DeviceInfo.Kind.CPU;
      while (cpu && sets.size() < MOST && MOST * sets.getFirst().bytes() <= MOST_BYTES) {
        sets.add(new BoundRun<>(run, kernel, stream));
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** The buffers of the set whose turn it is, by role. */
  Bindings buffers() {
    return sets.get(current).buffers();
  }

  /** Enqueues the pass on the set whose turn it is. */
  void run() {
    sets.get(current).run();
  }

  /** Runs that may come between two calls of {@link #next}. */
  int mostRuns() {
    return sets.getFirst().mostRuns();
  }

  /**
   * Goes on to the next set, brings it into the caches by a run that nobody times, and enqueues
   * what makes all runs on it do real work again.
   */
  void next() {
    if (sets.size() > 1) {
      current = (current + 1) % sets.size();
      sets.get(current).rewind();
      run();
    }
    sets.get(current).rewind();
  }

  @Override
  public void close() {
    sets.forEach(BoundRun::close);
  }
}
