package dev.quern.bench.peers;

/** Runs of one side, one after the other and with nothing of the other side in between. */
final class Round {
  /** As for Quern's own kernels: long against what it costs to wait for a device. */
  private static final long BATCH_NANOS = 4_000_000;

  /** Runs that wait for the device at the same time. */
  private static final int MOST_RUNS = 1000;

  private Round() {}

  /**
   * Runs for this long, but once at least.
   *
   * @return nanoseconds of a run, the mean
   */
  static double of(PeerRun run, long nanos) {
    batch(run, 1); // it wakes threads
    int runs = Math.clamp(BATCH_NANOS / batch(run, 1), 1, MOST_RUNS);
    long begun = System.nanoTime();
    long all = 0;
    long passed;
    do {
      batch(run, runs);
      all += runs;
      passed = System.nanoTime() - begun;
    } while (passed < nanos);
    return (double) passed / all;
  }

  private static long batch(PeerRun run, int runs) {
    long begun = System.nanoTime();
    for (int i = 0; i < runs; i++) {
      run.run();
    }
    run.await();
    return Math.max(1, System.nanoTime() - begun);
  }
}
