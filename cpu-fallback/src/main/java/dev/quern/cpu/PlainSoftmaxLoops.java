package dev.quern.cpu;

import java.util.Arrays;

/** Softmax and its loss as stand-ins for {@link VectorSoftmaxLoops}, with the same bits. */
final class PlainSoftmaxLoops extends ScalarSoftmaxLoops {
  /** {@link VectorExponential}'s: e to this power is 0. */
  private static final float LEAST = -104;

  private final int lanes;

  /** Stand-ins for vectors of so many lanes, on which the order of sums depends. */
  PlainSoftmaxLoops(int lanes) {
    this.lanes = lanes;
  }

  @Override
  public void softmax(long x, long y, int classes) {
    float[] values = load(x, classes);
    float sum = exponentials(values, max(x, classes), classes);
    store(values, 1 / sum, y, classes);
  }

  @Override
  public void loss(long z, int classes, int label, float scale, long dz, long result) {
    float max = max(z, classes);
    float[] values = load(z, classes);
    float logit = values[label];
    boolean hit = SoftmaxLoops.isHit(z, label, max);
    float sum = exponentials(values, max, classes);
    if (dz != 0) {
      store(values, scale / sum, dz, classes);
      long at = dz + 4L * label;
      NativeMemory.setFloat(at, NativeMemory.getFloat(at) - scale);
    }
    SoftmaxLoops.writeLoss(result, sum, logit, max, hit);
  }

  private static float[] load(long x, int classes) {
    float[] values = Scratch.ofThisThread().floats(0, classes);
    NativeMemory.load(x, values, 0, classes);
    return values;
  }

  private static void store(float[] values, float factor, long y, int classes) {
    for (int j = 0; j < classes; j++) {
      values[j] *= factor;
    }
    NativeMemory.store(values, 0, y, classes);
  }

  /** Puts exponentials in place of values; returns their sum, added up lane by lane. */
  private float exponentials(float[] values, float max, int classes) {
    float[] sums = Scratch.ofThisThread().floats(1, lanes);
    Arrays.fill(sums, 0, lanes, 0);
    for (int j = 0; j < classes; j++) {
      values[j] = exponential(values[j] - max);
      sums[j % lanes] += values[j];
    }
    for (int half = lanes / 2; half > 0; half /= 2) {
      for (int lane = 0; lane < half; lane++) {
        sums[lane] += sums[lane + half];
      }
    }
    return sums[0];
  }

  private static float exponential(float x) {
    float power = x < LEAST ? LEAST : x; // NaN stays
    float rounded = Math.fma(power, Decay.LOG2_E, Decay.ROUNDER);
    float n = rounded - Decay.ROUNDER;
    float r = Math.fma(n, -Decay.LOG_2_HIGH, power);
    r = Math.fma(n, -Decay.LOG_2_LOW, r);
    float p = Math.fma(Decay.C5, r, Decay.C4);
    p = Math.fma(p, r, Decay.C3);
    p = Math.fma(p, r, Decay.C2);
    p = Math.fma(p, r, Decay.C1);
    p = Math.fma(p, r, Decay.C0);
    p = Math.fma(p, r * r, r) + 1;
    int whole = Float.floatToRawIntBits(rounded) - Float.floatToRawIntBits(Decay.ROUNDER);
    int half = whole >> 1;
    return p * powerOfTwo(half) * powerOfTwo(whole - half);
  }

  private static float powerOfTwo(int exponent) {
    return Float.intBitsToFloat((exponent + Decay.EXPONENT_BIAS) << Decay.EXPONENT_SHIFT);
  }
}
