package dev.quern.bench.machine;

import java.util.function.IntToDoubleFunction;

/**
 * How many small integer operations all processors do together, which no core can do at full rate
 * for two threads at a time. Where a host gives the other thread of a core to another guest, no
 * counter shows it, and chains of multiply-adds, which wait for their units, hardly slow down: the
 * peak stays within a hundredth, while this falls by a third, and convolutions take a quarter
 * longer.
 */
final class IssueRate {
  /** Of two operations in a row each: enough for six units of one cycle's latency. */
  private static final int CHAINS = 6;

  private static final int OPERATIONS = 2;

  /** A fifth of a millisecond or so. */
  private static final int ROUNDS = 200_000;

  private IssueRate() {}

  /** Operations in a nanosecond: as good as seen in a quarter of the samples. */
  static double operations(Processors processors, double seconds) {
    IntToDoubleFunction work = thread -> chains(ROUNDS, thread);
    double all = (double) OPERATIONS * CHAINS * ROUNDS * processors.count();
    return all / processors.nanos(work, seconds);
  }

  /** Exclusive or and addition in turns, which no compiler makes one of. */
  private static long chains(int rounds, long start) {
    long a = start;
    long b = start + 1;
    long c = start + 2;
    long d = start + 3;
    long e = start + 4;
    long f = start + 5;
    for (int i = 0; i < rounds; i++) {
      a = (a ^ i) + 0x1234567;
      b = (b ^ i) + 0x2345671;
      c = (c ^ i) + 0x3456712;
      d = (d ^ i) + 0x4567123;
      e = (e ^ i) + 0x5671234;
      f = (f ^ i) + 0x6712345;
    }
    return a ^ b ^ c ^ d ^ e ^ f;
  }
}
