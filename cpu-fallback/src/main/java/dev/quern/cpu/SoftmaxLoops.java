package dev.quern.cpu;

/** One row of a softmax at a time. Addresses are in bytes; a target may be one of the sources. */
interface SoftmaxLoops {
  /** {@code y = softmax(x)}. */
  void softmax(long x, long y, int classes);

  /** {@code y = log(softmax(x))}. */
  void logSoftmax(long x, long y, int classes);

  /** {@code dx = y * (dy - sum(dy * y))}. */
  void softmaxGradient(long y, long dy, long dx, int classes);

  /** {@code dx = dy - exp(y) * sum(dy)}. */
  void logSoftmaxGradient(long y, long dy, long dx, int classes);

  /**
   * Cross-entropy of a row against its label, and its gradient.
   *
   * @param label right class, inside the row
   * @param scale factor of the gradient
   * @param dz receives the gradient, or 0 for none
   * @param result where the row's {@link RowResults} go
   */
  void loss(long z, int classes, int label, float scale, long dz, long result);

  /**
   * Whether the label's logit is the largest, and the first of that size. Logits decide, since
   * exponentials of different logits may round to the same number.
   */
  static boolean isHit(long z, int label, float max) {
    if (NativeMemory.getFloat(z + 4L * label) != max) {
      return false;
    }
    for (int j = 0; j < label; j++) {
      if (NativeMemory.getFloat(z + 4L * j) == max) {
        return false;
      }
    }
    return true;
  }

  /**
   * Writes a row's loss {@code log(sum) - (logit - max)}.
   *
   * @param hit whether the label's logit is the largest
   */
  static void writeLoss(long result, double sum, float logit, float max, boolean hit) {
    float loss = (float) (Math.log(sum) - ((double) logit - max));
    RowResults.write(result, loss, hit);
  }
}
