package dev.quern.cpu;

import static dev.quern.cpu.VectorExponential.exp;
import static dev.quern.cpu.VectorLanes.first;
import static dev.quern.cpu.VectorLanes.load;
import static dev.quern.cpu.VectorLanes.splat;
import static dev.quern.cpu.VectorLanes.store;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link SoftmaxLoops} over vectors. Sums have two accumulators, which hide the latency of the
 * exponential's long chain.
 */
final class VectorSoftmaxLoops implements SoftmaxLoops {
  private static final VectorSpecies<Float> SPECIES = VectorWidth.FLOATS;
  private static final int LANES = VectorWidth.LANES;
  private static final int BYTES = VectorWidth.BYTES;

  @Override
  public void softmax(long x, long y, int classes) {
    float sum = storeExponentials(x, y, classes, max(x, classes));
    multiply(y, classes, 1 / sum);
  }

  @Override
  public void logSoftmax(long x, long y, int classes) {
    float max = max(x, classes);
    float logSum = (float) Math.log(sumOfExponentials(x, classes, max));
    int j = 0;
    for (; j <= classes - LANES; j += LANES) {
      store(load(x + 4L * j).sub(max).sub(logSum), y + 4L * j);
    }
    store(load(x + 4L * j).sub(max).sub(logSum), y + 4L * j, classes - j);
  }

  @Override
  public void softmaxGradient(long y, long dy, long dx, int classes) {
    FloatVector products = FloatVector.zero(SPECIES);
    int j = 0;
    for (; j <= classes - LANES; j += LANES) {
      products = load(dy + 4L * j).fma(load(y + 4L * j), products);
    }
    FloatVector rest = load(dy + 4L * j).mul(load(y + 4L * j));
    float sum = VectorReduction.sum(products.add(first(rest, classes - j, 0)));
    for (j = 0; j <= classes - LANES; j += LANES) {
      store(load(y + 4L * j).mul(load(dy + 4L * j).sub(sum)), dx + 4L * j);
    }
    store(load(y + 4L * j).mul(load(dy + 4L * j).sub(sum)), dx + 4L * j, classes - j);
  }

  @Override
  public void logSoftmaxGradient(long y, long dy, long dx, int classes) {
    FloatVector gradients = FloatVector.zero(SPECIES);
    int j = 0;
    for (; j <= classes - LANES; j += LANES) {
      gradients = gradients.add(load(dy + 4L * j));
    }
    gradients = gradients.add(first(load(dy + 4L * j), classes - j, 0));
    float negativeSum = -VectorReduction.sum(gradients);
    for (j = 0; j <= classes - LANES; j += LANES) {
      store(exp(load(y + 4L * j)).fma(splat(negativeSum), load(dy + 4L * j)), dx + 4L * j);
    }
    FloatVector rest = exp(load(y + 4L * j)).fma(splat(negativeSum), load(dy + 4L * j));
    store(rest, dx + 4L * j, classes - j);
  }

  @Override
  public void loss(long z, int classes, int label, float scale, long dz, long result) {
    float max = max(z, classes);
    float logit = NativeMemory.getFloat(z + 4L * label); // dz may lie over z
    boolean hit = SoftmaxLoops.isHit(z, label, max);
    float sum;
    if (dz == 0) {
      sum = sumOfExponentials(z, classes, max);
    } else {
      sum = storeExponentials(z, dz, classes, max);
      multiply(dz, classes, scale / sum);
      long at = dz + 4L * label;
      NativeMemory.setFloat(at, NativeMemory.getFloat(at) - scale);
    }
    SoftmaxLoops.writeLoss(result, sum, logit, max, hit);
  }

  /** The largest element; passes NaN by, which then spoils the sum. */
  private static float max(long x, int classes) {
    FloatVector m0 = splat(Float.NEGATIVE_INFINITY);
    FloatVector m1 = m0;
    int j = 0;
    for (; j <= classes - 2 * LANES; j += 2 * LANES) {
      m0 = VectorReduction.larger(m0, load(x + 4L * j));
      m1 = VectorReduction.larger(m1, load(x + 4L * j + BYTES));
    }
    for (; j < classes; j += LANES) {
      FloatVector v = first(load(x + 4L * j), classes - j, Float.NEGATIVE_INFINITY);
      m0 = VectorReduction.larger(m0, v);
    }
    return VectorReduction.max(VectorReduction.larger(m0, m1));
  }

  private static float sumOfExponentials(long x, int classes, float max) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    int j = 0;
    for (; j <= classes - 2 * LANES; j += 2 * LANES) {
      s0 = s0.add(exp(load(x + 4L * j).sub(max)));
      s1 = s1.add(exp(load(x + 4L * j + BYTES).sub(max)));
    }
    for (; j < classes; j += LANES) {
      FloatVector e = exp(load(x + 4L * j).sub(max));
      s0 = s0.add(first(e, classes - j, 0));
    }
    return VectorReduction.sum(s0.add(s1));
  }

  private static float storeExponentials(long x, long y, int classes, float max) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    int j = 0;
    for (; j <= classes - 2 * LANES; j += 2 * LANES) {
      FloatVector e0 = exp(load(x + 4L * j).sub(max));
      FloatVector e1 = exp(load(x + 4L * j + BYTES).sub(max));
      store(e0, y + 4L * j);
      store(e1, y + 4L * j + BYTES);
      s0 = s0.add(e0);
      s1 = s1.add(e1);
    }
    for (; j < classes; j += LANES) {
      FloatVector e = exp(load(x + 4L * j).sub(max));
      store(e, y + 4L * j, classes - j);
      s0 = s0.add(first(e, classes - j, 0));
    }
    return VectorReduction.sum(s0.add(s1));
  }

  private static void multiply(long y, int classes, float factor) {
    int j = 0;
    for (; j <= classes - LANES; j += LANES) {
      store(load(y + 4L * j).mul(factor), y + 4L * j);
    }
    store(load(y + 4L * j).mul(factor), y + 4L * j, classes - j);
  }
}
