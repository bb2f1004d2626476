package dev.quern.bench.machine;

import dev.quern.bench.result.Quiet;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Whether all processors are there, and as near to each other as they have been. On shared hosts
 * one of two goes to somebody else for a second or so, which no counter of the system shows; but
 * the peak is then half of what it was. For some seconds or minutes they may lie on different
 * caches, which {@link HandOver} shows.
 */
public final class Calm {
  /** Of a machine that nobody looks at. */
  public static final Calm UNWATCHED = new Calm(null, 0);

  /** What a quiet machine's peak never falls below, as a share of the most that was seen. */
  private static final double LEAST = 0.9;

  private static final double PROBE_SECONDS = 0.01;
  private static final double MOST_SECONDS = 15;
  private static final long PAUSE_NANOS = 100_000_000;

  private final @Nullable Double peak;

  /** The shortest hand-over so far, in nanoseconds. */
  private double nearest;

  private @Nullable Double handOver;

  /** Seconds that may still be spent on waiting and repeating; a machine may never be calm. */
  private double patience;

  /**
   * Nothing is known without a peak, and everything taken for calm.
   *
   * @param peak operations in a nanosecond of all processors when nobody else needs them, or null
   * @param patience seconds that may be spent on waiting and repeating
   */
  public Calm(@Nullable Double peak, double patience) {
    this(peak, patience, HandOver.expected(CacheLevel.ofThisMachine()));
  }

  Calm(@Nullable Double peak, double patience, double nearest) {
    this.peak = peak;
    this.patience = patience;
    this.nearest = nearest;
  }

  /** Looks, in a few hundredths of a second; but always says yes once patience is at its end. */
  public boolean holds() {
    if (peak == null) {
      return true;
    }
    Double now = CpuRoof.peak(PROBE_SECONDS);
    boolean there = now == null || now >= LEAST * peak;
    handOver = HandOver.nanos(PROBE_SECONDS);
    boolean near = handOver == null || !Quiet.apart(nearest, handOver);
    if (handOver != null) {
      nearest = Math.min(nearest, handOver);
    }
    return (there && near) || patience <= 0;
  }

  /** Nanoseconds from one processor to the next when it looked last; null if not known. */
  public @Nullable Double handOver() {
    return handOver;
  }

  /** Waits until it is calm, but for some seconds at most. */
  public void await() {
    long begun = System.nanoTime();
    double most = Math.min(MOST_SECONDS, patience);
    while (!holds() && System.nanoTime() - begun < most * 1e9) {
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    spend((System.nanoTime() - begun) / 1e9);
  }

  /** Notes what calm has cost; when patience is at its end, everything is taken for calm. */
  public void spend(double seconds) {
    patience -= seconds;
  }
}
