package dev.quern.dialect;

/**
 * Work-items of a launch along three axes. The global extent is rounded up to whole groups: kernels
 * look whether they have something to do.
 *
 * @param x work-items along the first axis
 * @param y work-items along the second axis
 * @param z work-items along the third axis
 * @param groupX work-items of a group along the first axis
 * @param groupY work-items of a group along the second axis
 */
public record Range(long x, long y, long z, int groupX, int groupY) {

  /** One axis, in groups of {@code group}. */
  public static Range of(long items, int group) {
    return new Range(items, 1, 1, group, 1);
  }

  /** One axis of groups of {@code group} work-items. */
  public static Range groups(long groups, int group) {
    return new Range(groups * group, 1, 1, group, 1);
  }

  /** Whether there is nothing to do. */
  public boolean isEmpty() {
    return x <= 0 || y <= 0 || z <= 0;
  }

  /** Work-items along the first axis, whole groups. */
  public long wholeX() {
    return (x + groupX - 1) / groupX * groupX;
  }

  /** Work-items along the second axis, whole groups. */
  public long wholeY() {
    return (y + groupY - 1) / groupY * groupY;
  }
}
