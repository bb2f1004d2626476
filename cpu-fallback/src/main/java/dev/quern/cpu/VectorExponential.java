package dev.quern.cpu;

import static dev.quern.cpu.VectorLanes.splat;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The exponential function, faster inside a loop than {@link VectorOperators#EXP}, which is a call.
 *
 * <p>Method of Cephes' {@code expf} (Moshier, "Methods and Programs for Mathematical Functions",
 * 1989): {@code x = n log 2 + r} with n whole, a polynomial for e^r on [-log(2)/2, log(2)/2], and a
 * product with 2^n, in two steps so that results below the normal range come out right.
 */
final class VectorExponential {
  private static final float LOG2_E = 1.44269504f;

  /** 1.5 * 2^23: adding it rounds to a whole number, which then stands in the lowest bits. */
  private static final float ROUNDER = 0x1.8p23f;

  /** log 2 in two parts; whole numbers of up to 15 bits times the first are exact. */
  private static final float LOG_2_HIGH = 0.693359375f;

  private static final float LOG_2_LOW = -2.12194440e-4f;

  /** e to this power is less than half of the smallest number: 0. */
  private static final float LEAST = -104;

  private static final int EXPONENT_BIAS = 127;
  private static final int EXPONENT_SHIFT = 23;

  private VectorExponential() {}

  /**
   * e to the power of x, for x up to 88; error below 2 units in the last place. Minus infinity gives
   * 0, NaN gives NaN.
   */
  static FloatVector exp(FloatVector power) {
    FloatVector x = power.blend(LEAST, power.compare(VectorOperators.LT, LEAST));
    FloatVector rounded = x.fma(splat(LOG2_E), splat(ROUNDER));
    FloatVector n = rounded.sub(ROUNDER);
    FloatVector r = n.fma(splat(-LOG_2_HIGH), x);
    r = n.fma(splat(-LOG_2_LOW), r);
    FloatVector p = splat(1.9875691500E-4f).fma(r, splat(1.3981999507E-3f));
    p = p.fma(r, splat(8.3334519073E-3f));
    p = p.fma(r, splat(4.1665795894E-2f));
    p = p.fma(r, splat(1.6666665459E-1f));
    p = p.fma(r, splat(0.5f));
    p = p.fma(r.mul(r), r).add(1);
    IntVector exponent = rounded.reinterpretAsInts().sub(Float.floatToRawIntBits(ROUNDER));
    IntVector half = exponent.lanewise(VectorOperators.ASHR, 1);
    return p.mul(powerOf2(half)).mul(powerOf2(exponent.sub(half)));
  }

  private static FloatVector powerOf2(IntVector exponent) {
    return exponent
        .add(EXPONENT_BIAS)
        .lanewise(VectorOperators.LSHL, EXPONENT_SHIFT)
        .reinterpretAsFloats();
  }
}
