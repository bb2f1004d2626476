package dev.quern.bench.machine;

import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * How long a line of memory takes from one processor to another, while two and two of them throw a
 * ball. Threads that share work pay it, and a host may change it at any time by moving virtual
 * processors to other caches: 25 or 182 ns were seen on one machine within seconds, with the same
 * peak.
 */
final class HandOver {
  /** Of each pair in a sample: an eighth of a millisecond to one. */
  private static final int THROWS = 5_000;

  /** Ints between two pairs' balls: two lines of 64 bytes, as they are fetched in pairs. */
  private static final int APART = 32;

  /** What processors that share a cache stay below: 25 ns of AMD's, 60 of Intel's larger ones. */
  private static final double WITHIN_A_CACHE = 60;

  /** Looks for the ball before a thread makes way: it may be that the ball's has no processor. */
  private static final int LOOKS = 10_000;

  private HandOver() {}

  /** Nanoseconds of the slowest pair, as few as in a quarter of the samples; null without pairs. */
  static @Nullable Double nanos(double seconds) {
    int count = Runtime.getRuntime().availableProcessors();
    if (count < 2) {
      return null;
    }
    try (Processors processors = new Processors(count)) {
      return nanos(processors, THROWS, seconds);
    }
  }

  static double nanos(Processors processors, int times, double seconds) {
    return processors.nanos(pairs(processors.count(), times), seconds) / times;
  }

  /** What it is at most where the system says that all processors share a cache; else infinite. */
  static double expected(List<CacheLevel> caches) {
    int count = Runtime.getRuntime().availableProcessors();
    return caches.stream().anyMatch(cache -> cache.sharers() >= count)
        ? WITHIN_A_CACHE
        : Double.POSITIVE_INFINITY;
  }

  /** The even one of a pair makes an even ball odd, the odd one makes it even again. */
  private static IntToDoubleFunction pairs(int count, int times) {
    AtomicIntegerArray balls = new AtomicIntegerArray(count * APART);
    return thread -> {
      int ball = thread / 2 * APART;
      int side = thread % 2;
      boolean alone = (thread ^ 1) >= count;
      for (int i = side; i < times && !alone; i += 2) {
        await(balls, ball, side);
        balls.setRelease(ball, side ^ 1);
      }
      return balls.getAcquire(ball);
    };
  }

  private static void await(AtomicIntegerArray balls, int ball, int side) {
    for (int looks = 1; balls.getAcquire(ball) != side; looks++) {
      if (looks % LOOKS == 0) {
        LockSupport.parkNanos(1);
      } else {
        Thread.onSpinWait();
      }
    }
  }
}
