package dev.quern.cpu;

import static dev.quern.cpu.NativeMemory.ALL;
import static dev.quern.cpu.NativeMemory.ORDER;
import static dev.quern.cpu.NativeMemory.getFloat;
import static dev.quern.cpu.NativeMemory.setFloat;
import static dev.quern.cpu.VectorWidth.FLOATS;
import static dev.quern.cpu.VectorWidth.LANES;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** {@link SoftmaxLoops} over vectors. */
class VectorSoftmaxLoops implements SoftmaxLoops {
  private static final VectorElementLoops ELEMENTS = new VectorElementLoops();

  @Override
  public void softmax(long x, long y, int classes) {
    float sum = VectorExponential.run(x, max(x, classes), 0, 0, y, classes);
    multiply(y, classes, 1 / sum);
  }

  @Override
  public void logSoftmax(long x, long y, int classes) {
    float max = max(x, classes);
    float logSum = (float) Math.log(VectorExponential.run(x, max, 0, 0, 0, classes));
    int j = 0;
    for (; j <= classes - LANES; j += LANES) {
      fromMemorySegment(FLOATS, ALL, x + 4L * j, ORDER)
          .sub(max)
          .sub(logSum)
          .intoMemorySegment(ALL, y + 4L * j, ORDER);
    }
    for (; j < classes; j++) {
      setFloat(y + 4L * j, getFloat(x + 4L * j) - max - logSum);
    }
  }

  @Override
  public void softmaxGradient(long y, long dy, long dx, int classes) {
    float sum = sumOfProducts(y, dy, classes);
    int j = 0;
    for (; j <= classes - LANES; j += LANES) {
      fromMemorySegment(FLOATS, ALL, dy + 4L * j, ORDER)
          .sub(sum)
          .mul(fromMemorySegment(FLOATS, ALL, y + 4L * j, ORDER))
          .intoMemorySegment(ALL, dx + 4L * j, ORDER);
    }
    for (; j < classes; j++) {
      setFloat(dx + 4L * j, (getFloat(dy + 4L * j) - sum) * getFloat(y + 4L * j));
    }
  }

  @Override
  public void logSoftmaxGradient(long y, long dy, long dx, int classes) {
    VectorExponential.run(y, 0, dy, -ELEMENTS.sum(dy, classes), dx, classes);
  }

  @Override
  public void loss(long z, int classes, int label, float scale, long dz, long result) {
    float max = max(z, classes);
    float logit = getFloat(z + 4L * label); // dz may lie over z
    boolean hit = SoftmaxLoops.isHit(z, label, max);
    float sum = VectorExponential.run(z, max, 0, 0, dz, classes);
    if (dz != 0) {
      multiply(dz, classes, scale / sum);
      long at = dz + 4L * label;
      setFloat(at, getFloat(at) - scale);
    }
    SoftmaxLoops.writeLoss(result, sum, logit, max, hit);
  }

  /** The largest element; passes NaN by, which then spoils the sum. */
  static float max(long x, int classes) {
    FloatVector m = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
    for (int j = 0; j < classes; j += LANES) {
      VectorMask<Float> inside = FLOATS.indexInRange(j, classes);
      FloatVector v = fromMemorySegment(FLOATS, ALL, x + 4L * j, ORDER);
      m = m.blend(v, v.compare(VectorOperators.GT, m).and(inside));
    }
    // Compare and blend, two instructions; max takes six to order zeros and NaN.
    if (LANES >= 16) {
      FloatVector v = m.rearrange(VectorRotation.BY_8);
      m = m.blend(v, v.compare(VectorOperators.GT, m));
    }
    if (LANES >= 8) {
      FloatVector v = m.rearrange(VectorRotation.BY_4);
      m = m.blend(v, v.compare(VectorOperators.GT, m));
    }
    FloatVector v = m.rearrange(VectorRotation.BY_2);
    m = m.blend(v, v.compare(VectorOperators.GT, m));
    return Math.max(m.lane(0), m.lane(1));
  }

  /** Masked throughout, since rows are often shorter than a vector. */
  private static void multiply(long y, int classes, float factor) {
    for (int j = 0; j < classes; j += LANES) {
      fromMemorySegment(FLOATS, ALL, y + 4L * j, ORDER)
          .mul(factor)
          .intoMemorySegment(ALL, y + 4L * j, ORDER, FLOATS.indexInRange(j, classes));
    }
  }

  private static float sumOfProducts(long x, long y, int count) {
    FloatVector s = FloatVector.zero(FLOATS);
    for (int j = 0; j < count; j += LANES) {
      VectorMask<Float> inside = FLOATS.indexInRange(j, count);
      FloatVector v = fromMemorySegment(FLOATS, ALL, x + 4L * j, ORDER);
      s = s.add(v.mul(fromMemorySegment(FLOATS, ALL, y + 4L * j, ORDER)), inside);
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
}
