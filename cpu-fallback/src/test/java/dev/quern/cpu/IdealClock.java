package dev.quern.cpu;

import java.util.Arrays;

/**
 * Runs loops in thought, by the pool's own rule of sharing, on any number of workers that are never
 * disturbed. Loops' own accounts of their time are taken for true, and what handing over costs for
 * nothing.
 */
final class IdealClock {
  private final int workers;
  private final Shares shares;
  private final double slowness;
  private final double[] busy;
  private double now;

  /**
   * A clock at 0.
   *
   * @param slowness what a unit takes on every second worker, as a multiple of what it takes on the
   *     others: processors may have cores of two kinds
   */
  IdealClock(int workers, double slowness) {
    this.slowness = slowness;
    this.workers = workers;
    shares = new Shares(workers);
    busy = new double[workers];
  }

  /** Runs a loop, and waits for its end as the pool does; returns the nanoseconds it took. */
  double run(long units, double nanos) {
    double begun = now;
    if (!Shares.worthwhile(units, nanos)) {
      busy[0] += units * nanos;
      now += units * nanos;
      return now - begun;
    }
    shares.deal(units, nanos);
    double[] at = new double[workers];
    Arrays.fill(at, now);
    for (int worker = 0; worker >= 0; worker = earliest(at)) {
      long from = shares.take(worker);
      if (from == Shares.NONE) {
        at[worker] = Double.POSITIVE_INFINITY;
        continue;
      }
      double took = (shares.until(worker) - from) * nanos * (worker % 2 == 0 ? 1 : slowness);
      busy[worker] += took;
      at[worker] += took;
      now = Math.max(now, at[worker]);
    }
    return now - begun;
  }

  /** Who is the next to ask for work; -1 if all have gone. */
  private static int earliest(double[] at) {
    int first = 0;
    for (int w = 1; w < at.length; w++) {
      first = at[w] < at[first] ? w : first;
    }
    return at[first] == Double.POSITIVE_INFINITY ? -1 : first;
  }

  double now() {
    return now;
  }

  /** What the idlest worker did nothing for, as a share of all the time. */
  double idle() {
    return 1 - Arrays.stream(busy).min().orElseThrow() / now;
  }
}
