package dev.quern.cpu;

import static dev.quern.cpu.NativeMemory.ALL;
import static dev.quern.cpu.NativeMemory.ORDER;
import static dev.quern.cpu.VectorWidth.FLOATS;
import static dev.quern.cpu.VectorWidth.LANES;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Gradients through activations, see {@link ScalarActivationLoops} for the formulas. Counts are
 * multiples of a vector.
 */
final class VectorActivationSlopes {
  private VectorActivationSlopes() {}

  static void leakyRelu(long y, long dy, long dx, int count, float alpha) {
    FloatVector below = FloatVector.broadcast(FLOATS, alpha);
    for (int i = 0; i < count; i += LANES) {
      FloatVector out = fromMemorySegment(FLOATS, ALL, y + 4L * i, ORDER);
      below
          .blend(1, out.compare(VectorOperators.GT, 0))
          .mul(fromMemorySegment(FLOATS, ALL, dy + 4L * i, ORDER))
          .intoMemorySegment(ALL, dx + 4L * i, ORDER);
    }
  }

  static void elu(long y, long dy, long dx, int count, float alpha) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector out = fromMemorySegment(FLOATS, ALL, y + 4L * i, ORDER);
      out.add(alpha)
          .blend(1, out.compare(VectorOperators.GT, 0))
          .mul(fromMemorySegment(FLOATS, ALL, dy + 4L * i, ORDER))
          .intoMemorySegment(ALL, dx + 4L * i, ORDER);
    }
  }

  static void sigmoid(long y, long dy, long dx, int count) {
    FloatVector one = FloatVector.broadcast(FLOATS, 1);
    for (int i = 0; i < count; i += LANES) {
      FloatVector out = fromMemorySegment(FLOATS, ALL, y + 4L * i, ORDER);
      one.sub(out)
          .mul(out)
          .mul(fromMemorySegment(FLOATS, ALL, dy + 4L * i, ORDER))
          .intoMemorySegment(ALL, dx + 4L * i, ORDER);
    }
  }

  static void tanh(long y, long dy, long dx, int count) {
    FloatVector one = FloatVector.broadcast(FLOATS, 1);
    for (int i = 0; i < count; i += LANES) {
      FloatVector out = fromMemorySegment(FLOATS, ALL, y + 4L * i, ORDER);
      one.sub(out)
          .mul(out.add(1))
          .mul(fromMemorySegment(FLOATS, ALL, dy + 4L * i, ORDER))
          .intoMemorySegment(ALL, dx + 4L * i, ORDER);
    }
  }

  /** {@code e} is {@link Decay#EXPONENTIAL}. */
  static void silu(long x, float[] e, long dy, long dx, int count) {
    FloatVector one = FloatVector.broadcast(FLOATS, 1);
    float most = Decay.EXPONENTIAL.most();
    for (int i = 0; i < count; i += LANES) {
      FloatVector v = fromMemorySegment(FLOATS, ALL, x + 4L * i, ORDER);
      FloatVector exponential = fromArray(FLOATS, e, i);
      FloatVector share = one.div(exponential.add(1));
      FloatVector rest = exponential.blend(1, v.compare(VectorOperators.LT, 0)).mul(share);
      FloatVector s = one.blend(exponential, v.compare(VectorOperators.LT, 0)).mul(share);
      FloatVector u = v.abs();
      u = u.blend(most, u.compare(VectorOperators.GT, most));
      u = u.blend(u.neg(), v.compare(VectorOperators.LT, 0));
      u.fma(rest, one)
          .mul(s)
          .mul(fromMemorySegment(FLOATS, ALL, dy + 4L * i, ORDER))
          .intoMemorySegment(ALL, dx + 4L * i, ORDER);
    }
  }

  /** {@code e} is {@link Decay#GAUSSIAN} and {@code tail} is {@link NormalTail}. */
  static void gelu(long x, float[] e, float[] tail, long dy, long dx, int count) {
    FloatVector one = FloatVector.broadcast(FLOATS, 1);
    FloatVector peak = FloatVector.broadcast(FLOATS, ActivationLoops.PEAK);
    float most = Decay.GAUSSIAN.most();
    for (int i = 0; i < count; i += LANES) {
      FloatVector v = fromMemorySegment(FLOATS, ALL, x + 4L * i, ORDER);
      FloatVector share = fromArray(FLOATS, tail, i);
      share = one.sub(share).blend(share, v.compare(VectorOperators.LT, 0));
      FloatVector u = v.abs();
      u = u.blend(most, u.compare(VectorOperators.GT, most));
      u = u.blend(u.neg(), v.compare(VectorOperators.LT, 0));
      u.mul(fromArray(FLOATS, e, i))
          .fma(peak, share)
          .mul(fromMemorySegment(FLOATS, ALL, dy + 4L * i, ORDER))
          .intoMemorySegment(ALL, dx + 4L * i, ORDER);
    }
  }
}
