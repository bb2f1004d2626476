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
 * Values of activations from elements and their exponentials {@code e}, see {@link
 * ScalarActivationLoops} for the formulas. Counts are multiples of a vector.
 */
final class VectorActivationValues {
  private VectorActivationValues() {}

  static void leakyRelu(long x, long y, int count, float alpha) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector v = fromMemorySegment(FLOATS, ALL, x + 4L * i, ORDER);
      v.mul(alpha)
          .blend(v, v.compare(VectorOperators.GT, 0))
          .intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
  }

  /** {@code e} is {@link Decay#LESS_ONE}. */
  static void elu(long x, float[] e, long y, int count, float alpha) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector v = fromMemorySegment(FLOATS, ALL, x + 4L * i, ORDER);
      fromArray(FLOATS, e, i)
          .mul(alpha)
          .blend(v, v.compare(VectorOperators.GT, 0))
          .intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
  }

  /** {@code e} is {@link Decay#EXPONENTIAL}. */
  static void sigmoid(long x, float[] e, long y, int count) {
    FloatVector one = FloatVector.broadcast(FLOATS, 1);
    for (int i = 0; i < count; i += LANES) {
      FloatVector v = fromMemorySegment(FLOATS, ALL, x + 4L * i, ORDER);
      FloatVector exponential = fromArray(FLOATS, e, i);
      one.blend(exponential, v.compare(VectorOperators.LT, 0))
          .div(exponential.add(1))
          .intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
  }

  /** {@code e} is {@link Decay#TWICE_LESS_ONE}. */
  static void tanh(long x, float[] e, long y, int count) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector v = fromMemorySegment(FLOATS, ALL, x + 4L * i, ORDER);
      FloatVector exponential = fromArray(FLOATS, e, i);
      FloatVector below = exponential.div(exponential.add(2));
      below
          .neg()
          .blend(below, v.compare(VectorOperators.LT, 0))
          .intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
  }

  /** {@code e} is {@link Decay#EXPONENTIAL}. */
  static void silu(long x, float[] e, long y, int count) {
    float least = -Decay.EXPONENTIAL.most();
    for (int i = 0; i < count; i += LANES) {
      FloatVector v = fromMemorySegment(FLOATS, ALL, x + 4L * i, ORDER);
      FloatVector exponential = fromArray(FLOATS, e, i);
      FloatVector below = v.blend(least, v.compare(VectorOperators.LT, least)).mul(exponential);
      v.abs()
          .blend(below, v.compare(VectorOperators.LT, 0))
          .div(exponential.add(1))
          .intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
  }

  /** {@code tail} is {@link NormalTail}. */
  static void gelu(long x, float[] tail, long y, int count) {
    FloatVector one = FloatVector.broadcast(FLOATS, 1);
    float least = -Decay.GAUSSIAN.most();
    for (int i = 0; i < count; i += LANES) {
      FloatVector v = fromMemorySegment(FLOATS, ALL, x + 4L * i, ORDER);
      FloatVector share = fromArray(FLOATS, tail, i);
      share = one.sub(share).blend(share, v.compare(VectorOperators.LT, 0));
      FloatVector below = v.blend(least, v.compare(VectorOperators.LT, least));
      v.abs()
          .blend(below, v.compare(VectorOperators.LT, 0))
          .mul(share)
          .intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
  }
}
