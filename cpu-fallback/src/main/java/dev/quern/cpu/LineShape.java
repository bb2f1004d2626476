package dev.quern.cpu;

/**
 * What a {@link LineTransform} is generated from.
 *
 * @param matrix what the lines are multiplied by
 * @param biased whether a bias is added to every output
 * @param relu whether negative outputs then become 0
 */
record LineShape(Coefficients matrix, boolean biased, boolean relu) {
  static LineShape plain(Coefficients matrix) {
    return new LineShape(matrix, false, false);
  }
}
