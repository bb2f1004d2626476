package dev.quern.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WorkerPoolTest {
  /** Nanoseconds of a unit that is worth a piece of its own. */
  private static final double LONG = 1e5;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8, 64})
  void runsEveryUnitOnce(int threads) {
    try (WorkerPool pool = new WorkerPool(threads)) {
      assertThat(pool.workers()).isEqualTo(threads);
      for (int units : new int[] {0, 1, 2, 3, 7, 8, 9, 100, 1001}) {
        for (double nanos : new double[] {1, 70, 1500, 1e6}) {
          requireEveryUnitOnce(pool, units, nanos);
        }
      }
    }
  }

  private static void requireEveryUnitOnce(WorkerPool pool, int units, double nanos) {
    AtomicIntegerArray runs = new AtomicIntegerArray(units);
    pool.run(
        units,
        nanos,
        (from, to, worker) -> {
          assertThat(worker).isBetween(0, pool.workers() - 1);
          assertThat(from).isLessThan(to);
          for (long i = from; i < to; i++) {
            runs.incrementAndGet((int) i);
          }
        });
    for (int i = 0; i < units; i++) {
      assertThat(runs.get(i)).as("unit %d of %d by %s ns", i, units, nanos).isEqualTo(1);
    }
  }

  @Test
  void workersSeeWhatTheCallerWroteBefore() {
    int[] source = new int[64];
    int[] target = new int[64];
    try (WorkerPool pool = new WorkerPool(2)) {
      for (int round = 1; round <= 10_000; round++) {
        source[round % 64] = round;
        pool.run(
            64,
            LONG,
            (from, to, worker) ->
                System.arraycopy(source, (int) from, target, (int) from, (int) (to - from)));
        assertThat(target[round % 64]).isEqualTo(round);
      }
    }
    assertThat(target).isEqualTo(source);
  }

  @Test
  void passesAFailureOnAndStaysUsable() {
    try (WorkerPool pool = new WorkerPool(2)) {
      for (int failing = 0; failing < 10; failing++) {
        int unit = failing;
        assertThatThrownBy(() -> pool.run(10, LONG, (from, to, worker) -> refuse(from, unit)))
            .hasStackTraceContaining("unit " + unit + " is refused");
      }
      requireEveryUnitOnce(pool, 100, LONG);
    }
  }

  private static void refuse(long unit, long refused) {
    if (unit == refused) {
      throw new IllegalArgumentException("unit " + unit + " is refused");
    }
  }

  @Test
  void aSecondCallerRunsItsLoopAlone() throws InterruptedException {
    try (WorkerPool pool = new WorkerPool(2)) {
      CountDownLatch underWay = new CountDownLatch(1);
      CountDownLatch secondDone = new CountDownLatch(1);
      AtomicReference<Throwable> failure = new AtomicReference<>();
      Thread first =
          new Thread(
              () ->
                  pool.run(
                      2,
                      LONG,
                      (from, to, worker) -> {
                        underWay.countDown();
                        awaitQuietly(secondDone);
                      }));
      first.setUncaughtExceptionHandler((thread, thrown) -> failure.set(thrown));
      first.start();
      assertThat(underWay.await(10, TimeUnit.SECONDS)).isTrue();
      requireEveryUnitOnce(pool, 1000, LONG); // would wait forever if it needed the other's helpers
      secondDone.countDown();
      first.join(TimeUnit.SECONDS.toMillis(10));
      assertThat(first.isAlive()).isFalse();
      assertThat(failure.get()).isNull();
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      if (!latch.await(10, TimeUnit.SECONDS)) {
        throw new AssertionError("the second caller was held up");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void theCallerDoesNotWaitForHelpersThatDoNotCome() {
    WorkerPool pool = new WorkerPool(4);
    pool.close(); // as if other processes kept them away for good
    requireEveryUnitOnce(pool, 1000, LONG);
    requireEveryUnitOnce(pool, 1000, LONG);
  }

  @Test
  void manyMoreThreadsThanProcessorsComputeEachUnitOnce() {
    int threads = 32 * Runtime.getRuntime().availableProcessors();
    try (WorkerPool pool = new WorkerPool(threads)) {
      for (int round = 0; round < 200; round++) {
        requireEveryUnitOnce(pool, 3 * threads + round, LONG);
      }
    }
  }

  @Test
  void closingEndsTheHelpers() {
    Thread[] helper = new Thread[1];
    CountDownLatch met = new CountDownLatch(2);
    try (WorkerPool pool = new WorkerPool(2)) {
      pool.run(
          2,
          LONG,
          (from, to, worker) -> {
            met.countDown();
            awaitQuietly(met); // both units at once: so one of them is the helper's
            if (worker == 1) {
              helper[0] = Thread.currentThread();
            }
          });
    }
    assertThat(helper[0]).isNotNull();
    try {
      assertThat(helper[0].join(java.time.Duration.ofSeconds(10))).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
