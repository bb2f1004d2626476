package dev.quern.cpu;

/**
 * What a {@link LineTransform} is generated from.
 *
 * @param matrix what the lines are multiplied by
 * @param adds whether the old outputs are added
 * @param biased whether a bias is added to every output; not with {@code adds}
 * @param relu whether negative outputs then become 0
 */
record LineShape(Coefficients matrix, boolean adds, boolean biased, boolean relu) {
  static LineShape plain(Coefficients matrix) {
    return new LineShape(matrix, false, false, false);
  }

  static LineShape adding(Coefficients matrix) {
    return new LineShape(matrix, true, false, false);
  }
}
