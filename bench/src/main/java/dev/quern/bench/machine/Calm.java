package dev.quern.bench.machine;

import dev.quern.bench.result.Look;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Whether the machine does what it can do at its best. On shared hosts one of two processors goes
 * to somebody else for a second or so, which no counter of the system shows, but halves their peak.
 * For seconds or minutes they may lie on different caches, which {@link HandOver} shows, or others
 * may use the same cores, which {@link IssueRate} does.
 */
public final class Calm {
  /** Of a machine that nobody looks at. */
  public static final Calm UNWATCHED = new Calm(Look.UNKNOWN, 0);

  private static final double PROBE_SECONDS = 0.002;
  private static final double MOST_SECONDS = 15;
  private static final long PAUSE_NANOS = 50_000_000;

  private final boolean watched;

  /** The best of each number while all of them were good. */
  private Look best;

  /** The worst that was taken for calm in this case. */
  private Look seen = Look.UNKNOWN;

  /** Seconds that a case may spend on waiting and repeating; a machine may never be calm. */
  private final double patience;

  /** What is left of those, of earlier cases' too. */
  private double left;

  /**
   * Nothing is known without a peak, and everything taken for calm.
   *
   * @param peak operations in a nanosecond of all processors when nobody else needs them, or null
   * @param patience seconds that a case may spend on waiting and repeating, beside what those
   *     before it have left
   */
  public Calm(@Nullable Double peak, double patience) {
    this(new Look(peak, HandOver.expected(CacheLevel.ofThisMachine()), null), patience);
  }

  Calm(Look best, double patience) {
    this.best = best;
    this.patience = patience;
    left = patience;
    watched = best.peak() != null;
  }

  /** Waits for calm before a case, but for some seconds at most. */
  public void begin() {
    left = Math.max(0, left) + patience;
    await();
    seen = Look.UNKNOWN;
  }

  /** Looks, in a hundredth of a second or two; but always says yes once patience is at its end. */
  public boolean holds() {
    if (!watched) {
      return true;
    }
    Look now =
        new Look(
            CpuRoof.peak(PROBE_SECONDS),
            HandOver.nanos(PROBE_SECONDS),
            CpuRoof.issued(PROBE_SECONDS));
    boolean good = now.worseThan(best) == null;
    if (good) {
      best = best.best(now);
    }
    boolean taken = good || left <= 0;
    if (taken) {
      seen = seen.worst(now);
    }
    return taken;
  }

  /** The worst of what it saw and took for calm since the case began. */
  public Look seen() {
    return seen;
  }

  /** Drops what began so many seconds ago, and waits until it is calm. */
  public void repeat(double seconds) {
    left -= seconds;
    await();
  }

  private void await() {
    long begun = System.nanoTime();
    double most = Math.min(MOST_SECONDS, left);
    while (!holds() && System.nanoTime() - begun < most * 1e9) {
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    left -= (System.nanoTime() - begun) / 1e9;
  }
}
