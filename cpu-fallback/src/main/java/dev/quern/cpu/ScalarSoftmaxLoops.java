package dev.quern.cpu;

import static dev.quern.cpu.NativeMemory.getFloat;
import static dev.quern.cpu.NativeMemory.setFloat;

/** {@link SoftmaxLoops} in plain Java. */
class ScalarSoftmaxLoops implements SoftmaxLoops {

  @Override
  public void softmax(long x, long y, int classes) {
    double sum = storeExponentials(x, y, classes, max(x, classes));
    multiply(y, classes, (float) (1 / sum));
  }

  @Override
  public void logSoftmax(long x, long y, int classes) {
    float max = max(x, classes);
    double logSum = Math.log(sumOfExponentials(x, classes, max));
    for (int j = 0; j < classes; j++) {
      setFloat(y + 4L * j, (float) ((double) getFloat(x + 4L * j) - max - logSum));
    }
  }

  @Override
  public void softmaxGradient(long y, long dy, long dx, int classes) {
    double sum = 0;
    for (int j = 0; j < classes; j++) {
      sum += (double) getFloat(dy + 4L * j) * getFloat(y + 4L * j);
    }
    for (int j = 0; j < classes; j++) {
      setFloat(dx + 4L * j, (float) (getFloat(y + 4L * j) * (getFloat(dy + 4L * j) - sum)));
    }
  }

  @Override
  public void logSoftmaxGradient(long y, long dy, long dx, int classes) {
    double sum = 0;
    for (int j = 0; j < classes; j++) {
      sum += getFloat(dy + 4L * j);
    }
    for (int j = 0; j < classes; j++) {
      double p = Math.exp(getFloat(y + 4L * j));
      setFloat(dx + 4L * j, (float) (getFloat(dy + 4L * j) - p * sum));
    }
  }

  @Override
  public void loss(long z, int classes, int label, float scale, long dz, long result) {
    float max = max(z, classes);
    float logit = getFloat(z + 4L * label); // dz may lie over z
    boolean hit = SoftmaxLoops.isHit(z, label, max);
    double sum;
    if (dz == 0) {
      sum = sumOfExponentials(z, classes, max);
    } else {
      sum = storeExponentials(z, dz, classes, max);
      multiply(dz, classes, (float) (scale / sum));
      long at = dz + 4L * label;
      setFloat(at, getFloat(at) - scale);
    }
    SoftmaxLoops.writeLoss(result, sum, logit, max, hit);
  }

  static float max(long x, int classes) {
    float max = Float.NEGATIVE_INFINITY;
    for (int j = 0; j < classes; j++) {
      float v = getFloat(x + 4L * j);
      max = v > max ? v : max; // passes NaN by, which then spoils the sum
    }
    return max;
  }

  private static double sumOfExponentials(long x, int classes, float max) {
    double sum = 0;
    for (int j = 0; j < classes; j++) {
      sum += Math.exp((double) getFloat(x + 4L * j) - max);
    }
    return sum;
  }

  private static double storeExponentials(long x, long y, int classes, float max) {
    double sum = 0;
    for (int j = 0; j < classes; j++) {
      double e = Math.exp((double) getFloat(x + 4L * j) - max);
      setFloat(y + 4L * j, (float) e);
      sum += e;
    }
    return sum;
  }

  private static void multiply(long y, int classes, float factor) {
    for (int j = 0; j < classes; j++) {
      setFloat(y + 4L * j, getFloat(y + 4L * j) * factor);
    }
  }
}
