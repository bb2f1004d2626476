package dev.quern.bench.machine;

import java.util.function.IntToDoubleFunction;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The most float32 operations that all processors do together: chains of fused multiply-adds on
 * registers alone. Java's compiler keeps accumulators in registers if each is a local variable.
 */
final class CpuPeak {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  /**
   * Enough to hide four cycles of latency on two units, and few enough for the sixteen registers of
   * AVX2.
   */
  private static final int CHAINS = 12;

  /** A millisecond or so. */
  private static final int ROUNDS = 200_000;

  private CpuPeak() {}

  /** Operations in a nanosecond: as good as seen in a quarter of the samples. */
  static double gflops(Processors processors, double seconds) {
    double flops = 2.0 * CHAINS * SPECIES.length() * ROUNDS;
    IntToDoubleFunction work = thread -> chains(ROUNDS, 1.0000001f, 0.9999999f * (thread + 1));
    return flops * processors.count() / processors.nanos(work, seconds);
  }

  private static double chains(int rounds, float factor, float addend) {
    FloatVector a = FloatVector.broadcast(SPECIES, factor);
    FloatVector b = FloatVector.broadcast(SPECIES, addend);
    FloatVector c0 = b;
    FloatVector c1 = b.add(1);
    FloatVector c2 = b.add(2);
    FloatVector c3 = b.add(3);
    FloatVector c4 = b.add(4);
    FloatVector c5 = b.add(5);
    FloatVector c6 = b.add(6);
    FloatVector c7 = b.add(7);
    FloatVector c8 = b.add(8);
    FloatVector c9 = b.add(9);
    FloatVector c10 = b.add(10);
    FloatVector c11 = b.add(11);
    for (int i = 0; i < rounds; i++) {
      c0 = a.fma(b, c0);
      c1 = a.fma(b, c1);
      c2 = a.fma(b, c2);
      c3 = a.fma(b, c3);
      c4 = a.fma(b, c4);
      c5 = a.fma(b, c5);
      c6 = a.fma(b, c6);
      c7 = a.fma(b, c7);
      c8 = a.fma(b, c8);
      c9 = a.fma(b, c9);
      c10 = a.fma(b, c10);
      c11 = a.fma(b, c11);
    }
    FloatVector sum = c0.add(c1).add(c2).add(c3).add(c4).add(c5);
    return sum.add(c6).add(c7).add(c8).add(c9).add(c10).add(c11).lane(0);
  }
}
