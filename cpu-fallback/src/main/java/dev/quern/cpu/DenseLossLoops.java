package dev.quern.cpu;

/**
 * One row of a loss against dense targets at a time: its loss and hit go to {@link RowResults}, its
 * gradient, {@code scale} times as large, to {@code dz} unless that is 0; {@code dz} may be {@code
 * z}. Addresses are in bytes.
 */
interface DenseLossLoops {

  /** Cross-entropy of the row's softmax. */
  void categorical(long z, long targets, int outputs, float scale, long dz, long result);

  /** Mean cross-entropy of each output's sigmoid. */
  void binary(long z, long targets, int outputs, float scale, long dz, long result);

  /** Mean squared difference, which is no hit. */
  void squares(long z, long targets, int outputs, float scale, long dz, long result);

  /**
   * Whether the first largest number of one row stands where that of the other does.
   *
   * @param largest of {@code z}
   * @param largestTarget of {@code targets}
   */
  static boolean sameLargest(
      long z, long targets, int outputs, float largest, float largestTarget) {
    for (int j = 0; j < outputs; j++) {
      boolean first = NativeMemory.getFloat(z + 4L * j) == largest;
      boolean firstTarget = NativeMemory.getFloat(targets + 4L * j) == largestTarget;
      if (first || firstTarget) {
        return first && firstTarget;
      }
    }
    return false; // nothing but NaN
  }

  /** Whether every logit is above 0 just where its target is above one half. */
  static boolean allOnTheirSide(long z, long targets, int outputs) {
    for (int j = 0; j < outputs; j++) {
      boolean yes = NativeMemory.getFloat(z + 4L * j) > 0;
      if (yes != NativeMemory.getFloat(targets + 4L * j) > 0.5f) {
        return false;
      }
    }
    return true;
  }
}
