package dev.quern.cpu;

import static dev.quern.cpu.NativeMemory.ALL;
import static dev.quern.cpu.NativeMemory.ORDER;
import static dev.quern.cpu.VectorWidth.FLOATS;
import static dev.quern.cpu.VectorWidth.LANES;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** {@link DenseLossLoops} over vectors, masked at the end of a row. */
final class VectorDenseLossLoops implements DenseLossLoops {
  private static final VectorElementLoops ELEMENTS = new VectorElementLoops();

  /** Elements whose exponentials are kept at a time, a multiple of every vector. */
  private static final int BLOCK = 1024;

  @Override
  public void categorical(long z, long targets, int outputs, float scale, long dz, long result) {
    float max = VectorSoftmaxLoops.max(z, outputs);
    float most = VectorSoftmaxLoops.max(targets, outputs);
    boolean right = DenseLossLoops.sameLargest(z, targets, outputs, max, most);
    float total = ELEMENTS.sum(targets, outputs);
    float dot = sumOfDistances(z, targets, max, outputs);
    float sum = VectorExponential.run(z, max, 0, 0, dz, outputs);
    if (dz != 0) {
      categoricalGradient(targets, scale * (total / sum), scale, dz, outputs);
    }
    RowResults.write(result, (float) (total * Math.log(sum) - dot), right);
  }

  /** The sum of {@code targets * (z - max)}, where a target of 0 adds nothing. */
  private static float sumOfDistances(long z, long targets, float max, int count) {
    FloatVector s = FloatVector.zero(FLOATS);
    for (int j = 0; j < count; j += LANES) {
      VectorMask<Float> inside = FLOATS.indexInRange(j, count);
      FloatVector t = fromMemorySegment(FLOATS, ALL, targets + 4L * j, ORDER);
      FloatVector distance = fromMemorySegment(FLOATS, ALL, z + 4L * j, ORDER).sub(max);
      s = s.add(distance.mul(t), inside.and(t.compare(VectorOperators.NE, 0)));
    }
    if (LANES >= 16) {
      s = s.add(s.rearrange(VectorRotation.BY_8));
    }
    if (LANES >= 8) {
      s = s.add(s.rearrange(VectorRotation.BY_4));
    }
    s = s.add(s.rearrange(VectorRotation.BY_2));
    return s.add(s.rearrange(VectorRotation.BY_1)).lane(0);
  }

  /** {@code dz = dz * factor - targets * scale}, where {@code dz} holds exponentials. */
  private static void categoricalGradient(
      long targets, float factor, float scale, long dz, int count) {
    for (int j = 0; j < count; j += LANES) {
      VectorMask<Float> inside = FLOATS.indexInRange(j, count);
      FloatVector t = fromMemorySegment(FLOATS, ALL, targets + 4L * j, ORDER).mul(scale);
      fromMemorySegment(FLOATS, ALL, dz + 4L * j, ORDER)
          .mul(factor)
          .sub(t)
          .intoMemorySegment(ALL, dz + 4L * j, ORDER, inside);
    }
  }

  @Override
  public void binary(long z, long targets, int outputs, float scale, long dz, long result) {
    boolean right = DenseLossLoops.allOnTheirSide(z, targets, outputs);
    float[] e = Scratch.ofThisThread().floats(0, BLOCK);
    double sum = 0;
    for (int from = 0; from < outputs; from += BLOCK) {
      int length = Math.min(BLOCK, outputs - from);
      long at = 4L * from;
      VectorDecay.run(Decay.EXPONENTIAL, z + at, e, length);
      sum += sumOfEntropies(z + at, targets + at, e, length);
      if (dz != 0) {
        binaryGradient(z + at, targets + at, e, scale / outputs, dz + at, length);
      }
    }
    RowResults.write(result, (float) (sum / outputs), right);
  }

  /**
   * The sum of {@code |z| * (z > 0 ? 1 - t : t) + log(1 + e)}. With {@code s = e / (2 + e)} the
   * logarithm is {@code 2 artanh(s)} (Abramowitz and Stegun, "Handbook of mathematical functions",
   * 1964, 4.6.22), here twice {@code s} times a polynomial of {@code s * s}, a minimax fit of our
   * own for s up to 1/3; the error is below 2 units in the last place.
   */
  private static float sumOfEntropies(long z, long targets, float[] e, int count) {
    FloatVector sum = FloatVector.zero(FLOATS);
    for (int j = 0; j < count; j += LANES) {
      VectorMask<Float> inside = FLOATS.indexInRange(j, count);
      FloatVector exponential = fromArray(FLOATS, e, j);
      FloatVector s = exponential.div(exponential.add(2));
      FloatVector square = s.mul(s);
      FloatVector p = FloatVector.broadcast(FLOATS, 0.28178334f);
      p = p.fma(square, FloatVector.broadcast(FLOATS, 0.279606f));
      p = p.fma(square, FloatVector.broadcast(FLOATS, 0.4002491f));
      p = p.fma(square, FloatVector.broadcast(FLOATS, 0.66666317f));
      FloatVector logarithm = p.fma(square.mul(s), s.add(s));
      FloatVector logit = fromMemorySegment(FLOATS, ALL, z + 4L * j, ORDER);
      FloatVector t = fromMemorySegment(FLOATS, ALL, targets + 4L * j, ORDER);
      FloatVector wrong = t.blend(t.neg().add(1), logit.compare(VectorOperators.GT, 0));
      sum = sum.add(logit.abs().fma(wrong, logarithm), inside);
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

  private static void binaryGradient(
      long z, long targets, float[] e, float scale, long dz, int count) {
    FloatVector one = FloatVector.broadcast(FLOATS, 1);
    for (int j = 0; j < count; j += LANES) {
      VectorMask<Float> inside = FLOATS.indexInRange(j, count);
      FloatVector exponential = fromArray(FLOATS, e, j);
      FloatVector logit = fromMemorySegment(FLOATS, ALL, z + 4L * j, ORDER);
      one.blend(exponential, logit.compare(VectorOperators.LT, 0))
          .div(exponential.add(1))
          .sub(fromMemorySegment(FLOATS, ALL, targets + 4L * j, ORDER))
          .mul(scale)
          .intoMemorySegment(ALL, dz + 4L * j, ORDER, inside);
    }
  }

  @Override
  public void squares(long z, long targets, int outputs, float scale, long dz, long result) {
    double sum = 0;
    for (int from = 0; from < outputs; from += BLOCK) {
      int length = Math.min(BLOCK, outputs - from);
      long at = 4L * from;
      long target = dz == 0 ? 0 : dz + at;
      sum += sumOfSquares(z + at, targets + at, 2 * scale / outputs, target, length);
    }
    RowResults.write(result, (float) (sum / outputs), false);
  }

  private static float sumOfSquares(long z, long targets, float scale, long dz, int count) {
    FloatVector sum = FloatVector.zero(FLOATS);
    for (int j = 0; j < count; j += LANES) {
      VectorMask<Float> inside = FLOATS.indexInRange(j, count);
      FloatVector difference =
          fromMemorySegment(FLOATS, ALL, z + 4L * j, ORDER)
              .sub(fromMemorySegment(FLOATS, ALL, targets + 4L * j, ORDER));
      sum = sum.add(difference.mul(difference), inside);
      if (dz != 0) {
        difference.mul(scale).intoMemorySegment(ALL, dz + 4L * j, ORDER, inside);
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
