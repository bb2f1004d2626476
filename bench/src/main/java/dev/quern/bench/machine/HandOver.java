package dev.quern.bench.machine;

import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * How long a line of memory takes from one processor to the next, while a ball goes round all of
 * them. Threads that share work pay it, and a host may change it at any time by moving virtual
 * processors to other caches: 25 or 182 ns were seen on one machine within seconds, with the same
 * peak.
 */
final class HandOver {
  /** Of a sample, all processors together: a tenth of a millisecond to one. */
  private static final int HAND_OVERS = 4_000;

  /** Ints between two processors' numbers: two lines of 64 bytes, as they are fetched in pairs. */
  private static final int APART = 32;

  /** What processors that share a cache stay below: 25 ns of AMD's, 60 of Intel's larger ones. */
  private static final double WITHIN_A_CACHE = 60;

  /** Looks for the ball before a thread makes way: it may be that the ball's has no processor. */
  private static final int LOOKS = 1_000;

  private HandOver() {}

  /** Nanoseconds, as short as in a quarter of the samples; null with one processor. */
  static @Nullable Double nanos(double seconds) {
    int count = Runtime.getRuntime().availableProcessors();
    if (count < 2) {
      return null;
    }
    try (Processors processors = new Processors(count)) {
      return nanos(processors, HAND_OVERS, seconds);
    }
  }

  static double nanos(Processors processors, int handOvers, double seconds) {
    int rounds = Math.max(1, handOvers / processors.count());
    IntToDoubleFunction ring = ring(processors.count(), rounds);
    return processors.nanos(ring, seconds) / rounds / processors.count();
  }

  /** What it is at most where the system says that all processors share a cache; else infinite. */
  static double expected(List<CacheLevel> caches) {
    int count = Runtime.getRuntime().availableProcessors();
    return caches.stream().anyMatch(cache -> cache.sharers() >= count)
        ? WITHIN_A_CACHE
        : Double.POSITIVE_INFINITY;
  }

  /**
   * Each processor has a number that the one before it raises, and then raises that of the next.
   * Numbers never fall, so that a sample may begin before the slowest has left the one before.
   */
  private static IntToDoubleFunction ring(int count, int rounds) {
    AtomicIntegerArray balls = new AtomicIntegerArray(count * APART);
    int[] taken = new int[count * APART]; // of each processor, by itself alone
    balls.set(0, 1);
    return thread -> {
      int own = thread * APART;
      int next = (thread + 1) % count * APART;
      for (int i = 0; i < rounds; i++) {
        int ball = ++taken[own];
        await(balls, own, ball);
        balls.setRelease(next, next == 0 ? ball + 1 : ball);
      }
      return taken[own];
    };
  }

  private static void await(AtomicIntegerArray balls, int own, int ball) {
    for (int looks = 1; balls.getAcquire(own) < ball; looks++) {
      if (looks % LOOKS == 0) {
        LockSupport.parkNanos(1);
      } else {
        Thread.onSpinWait();
      }
    }
  }
}
