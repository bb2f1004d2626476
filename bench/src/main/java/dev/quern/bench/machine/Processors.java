package dev.quern.bench.machine;

import dev.quern.bench.result.Summary;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntToDoubleFunction;

/** A thread for each processor, which all do the same work at the same time. */
final class Processors implements AutoCloseable {
  private static final int LEAST_SAMPLES = 11;

  /** Until Java has compiled the work: as a share of the time for samples. */
  private static final double WARM_UP = 0.5;

  private final int count;
  private final ExecutorService threads;

  /** Results go here, so that no compiler may leave the work out. */
  @SuppressWarnings("unused")
  private volatile double sink;

  Processors(int count) {
    this.count = count;
    threads = Executors.newFixedThreadPool(count, Thread.ofPlatform().daemon().factory());
  }

  int count() {
    return count;
  }

  /**
   * The time of some work when all processors do it: the slowest one's, of which the lower quartile
   * over samples taken for so many seconds. A median would follow whatever else the machine does, a
   * minimum a single sample.
   *
   * @param work takes the number of its processor, and gives anything that hangs on its result
   */
  double nanos(IntToDoubleFunction work, double seconds) {
    long begun = System.nanoTime();
    while (System.nanoTime() - begun < WARM_UP * seconds * 1e9) {
      sample(work);
    }
    List<Double> samples = new ArrayList<>();
    begun = System.nanoTime();
    while (samples.size() < LEAST_SAMPLES || System.nanoTime() - begun < seconds * 1e9) {
      samples.add(sample(work));
    }
    return Summary.of(samples.stream().mapToDouble(Double::doubleValue).toArray()).lower();
  }

  private double sample(IntToDoubleFunction work) {
    AtomicInteger missing = new AtomicInteger(count);
    List<Callable<Double>> tasks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int thread = i;
      tasks.add(() -> timed(work, thread, missing));
    }
    try {
      double slowest = 0;
      for (Future<Double> task : threads.invokeAll(tasks)) {
        slowest = Math.max(slowest, task.get());
      }
      return slowest;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the machine's peak was measured", e);
    }
  }

  private double timed(IntToDoubleFunction work, int thread, AtomicInteger missing) {
    missing.decrementAndGet();
    while (missing.get() > 0) {
      Thread.onSpinWait();
    }
    long begun = System.nanoTime();
    sink = work.applyAsDouble(thread);
    return System.nanoTime() - begun;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
