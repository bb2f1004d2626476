package dev.quern.bench.peers;

/**
 * Runs until it gets no faster: Java compiles what calls the library, the library wakes its threads
 * and may choose among its ways.
 */
final class WarmUp {
  /** A round that is this much faster than the best one shows that it was no steady state. */
  private static final double FASTER = 0.97;

  private static final int STEADY = 3;
  private static final int MOST = 24;

  private final long nanos;

  /**
   * A warm-up.
   *
   * @param kernel whether a single kernel is run: those hardly need Java
   */
  WarmUp(boolean kernel) {
    nanos = kernel ? 50_000_000 : 300_000_000;
  }

  void of(PeerRun run) {
    double best = Double.POSITIVE_INFINITY;
    int steady = 0;
    for (int round = 0; round < MOST && steady < STEADY; round++) {
      double time = Round.of(run, nanos);
      steady = time < FASTER * best ? 0 : steady + 1;
      best = Math.min(best, time);
    }
  }
}
