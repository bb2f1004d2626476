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

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void runsEveryUnitOnce(int threads) {
    try (WorkerPool pool = new WorkerPool(threads)) {
      assertThat(pool.workers()).isEqualTo(threads);
      for (int units : new int[] {0, 1, 2, 3, 7, 8, 9, 100, 1001}) {
        for (int grain : new int[] {1, 3, 64, 5000}) {
          requireEveryUnitOnce(pool, units, grain);
        }
      }
    }
  }

  private static void requireEveryUnitOnce(WorkerPool pool, int units, int grain) {
    AtomicIntegerArray runs = new AtomicIntegerArray(units);
    pool.run(
        units,
        grain,
        (from, to, worker) -> {
          assertThat(worker).isBetween(0, pool.workers() - 1);
          assertThat(from).isLessThan(to);
          for (long i = from; i < to; i++) {
            runs.incrementAndGet((int) i);
          }
        });
    for (int i = 0; i < units; i++) {
      assertThat(runs.get(i)).as("unit %d of %d by %d", i, units, grain).isEqualTo(1);
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
            1,
            (from, to, worker) -> System.arraycopy(source, (int) from, target, (int) from, 1));
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
        assertThatThrownBy(() -> pool.run(10, 1, (from, to, worker) -> refuse(from, unit)))
            .hasStackTraceContaining("unit " + unit + " is refused");
      }
      requireEveryUnitOnce(pool, 100, 1);
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
                      1,
                      (from, to, worker) -> {
                        underWay.countDown();
                        awaitQuietly(secondDone);
                      }));
      first.setUncaughtExceptionHandler((thread, thrown) -> failure.set(thrown));
      first.start();
      assertThat(underWay.await(10, TimeUnit.SECONDS)).isTrue();
      requireEveryUnitOnce(pool, 1000, 1); // would wait forever if it needed the other's helpers
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
  void closingEndsTheHelpers() {
    Thread[] helper = new Thread[1];
    CountDownLatch met = new CountDownLatch(2);
    try (WorkerPool pool = new WorkerPool(2)) {
      pool.run(
          2,
          1,
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
