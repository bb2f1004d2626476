package dev.quern.cpu;

import static dev.quern.cpu.NativeMemory.ALL;
import static dev.quern.cpu.NativeMemory.ORDER;
import static dev.quern.cpu.VectorWidth.FLOATS;
import static dev.quern.cpu.VectorWidth.LANES;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * The exponential function, faster inside a loop than {@link VectorOperators#EXP}, which is a call.
 *
 * <p>Method of Cephes' {@code expf} (Moshier, "Methods and Programs for Mathematical Functions",
 * 1989): {@code x = n log 2 + r} with n whole, a polynomial for e^r on [-log(2)/2, log(2)/2], and a
 * product with 2^n, in two steps so that results below the normal range come out right. The error
 * is below 2 units in the last place; minus infinity gives 0, NaN gives NaN. The numbers are {@link
 * Decay}'s.
 */
final class VectorExponential {
  /** e to this power is less than half of the smallest number: 0. */
  private static final float LEAST = -104;

  private VectorExponential() {}

  /**
   * {@code y = addend + factor * exp(x - shift)}, for {@code x - shift} up to 88.
   *
   * @param addend address of what is added; 0 for nothing, and then the factor is left out, too
   * @param y address of the results, or 0 to compute the sum only
   * @return the sum of the exponentials, in an order that the count fixes
   */
  static float run(long x, float shift, long addend, float factor, long y, int count) {
    FloatVector sum = FloatVector.zero(FLOATS);
    for (int i = 0; i < count; i += LANES) {
      long at = 4L * i;
      VectorMask<Float> inside = FLOATS.indexInRange(i, count);
      FloatVector power = fromMemorySegment(FLOATS, ALL, x + at, ORDER).sub(shift);
      power = power.blend(LEAST, power.compare(VectorOperators.LT, LEAST));
      FloatVector rounded = FloatVector.broadcast(FLOATS, Decay.ROUNDER);
      rounded = power.fma(FloatVector.broadcast(FLOATS, Decay.LOG2_E), rounded);
      FloatVector n = rounded.sub(Decay.ROUNDER);
      FloatVector r = n.fma(FloatVector.broadcast(FLOATS, -Decay.LOG_2_HIGH), power);
      r = n.fma(FloatVector.broadcast(FLOATS, -Decay.LOG_2_LOW), r);
      FloatVector p = FloatVector.broadcast(FLOATS, Decay.C5);
      p = p.fma(r, FloatVector.broadcast(FLOATS, Decay.C4));
      p = p.fma(r, FloatVector.broadcast(FLOATS, Decay.C3));
      p = p.fma(r, FloatVector.broadcast(FLOATS, Decay.C2));
      p = p.fma(r, FloatVector.broadcast(FLOATS, Decay.C1));
      p = p.fma(r, FloatVector.broadcast(FLOATS, Decay.C0));
      p = p.fma(r.mul(r), r).add(1);
      IntVector whole = rounded.reinterpretAsInts().sub(Float.floatToRawIntBits(Decay.ROUNDER));
      IntVector half = whole.lanewise(VectorOperators.ASHR, 1);
      IntVector scale =
          half.add(Decay.EXPONENT_BIAS).lanewise(VectorOperators.LSHL, Decay.EXPONENT_SHIFT);
      IntVector other = whole.sub(half).add(Decay.EXPONENT_BIAS);
      other = other.lanewise(VectorOperators.LSHL, Decay.EXPONENT_SHIFT);
      FloatVector e = p.mul(scale.reinterpretAsFloats()).mul(other.reinterpretAsFloats());
      sum = sum.add(e, inside);
      if (y != 0 && addend == 0) {
        e.intoMemorySegment(ALL, y + at, ORDER, inside);
      } else if (y != 0) {
        e.fma(
                FloatVector.broadcast(FLOATS, factor),
                fromMemorySegment(FLOATS, ALL, addend + at, ORDER))
            .intoMemorySegment(ALL, y + at, ORDER, inside);
      }
    }
    if (LANES >= 16) {
      sum = sum.add(sum.rearrange(VectorRotation.BY_8));
    }
    if (LANES >= 8) {
      sum = sum.add(sum.rearrange(VectorRotation.BY_4));
    }
    sum = sum.add(sum.rearrange(VectorRotation.BY_2));
    return sum.add(sum.rearrange(VectorRotation.BY_1)).lane(0);
  }
}
