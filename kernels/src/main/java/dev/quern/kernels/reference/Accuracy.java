package dev.quern.kernels.reference;

/**
 * Relative errors of functions that are not correctly rounded everywhere, in units of eps = 2^-24,
 * which is half a unit in the last place. Source: OpenCL C 3.0, section 7.4, table "ULP values for
 * single precision built-in math functions", full profile; CUDA's and Java's are better.
 */
final class Accuracy {
  /** {@code exp}: 3 ulp. */
  static final double EXP = 6;

  /** {@code log}: 3 ulp. */
  static final double LOG = 6;

  /** {@code exp(x) - 1}: 3 ulp. */
  static final double EXPM1 = 6;

  /** {@code log(1 + x)}: 2 ulp. */
  static final double LOG1P = 4;

  /** {@code tanh}: 5 ulp. */
  static final double TANH = 10;

  /** {@code erfc}: 16 ulp. */
  static final double ERFC = 32;

  /** {@code x / y}: 2.5 ulp. */
  static final double DIVISION = 5;

  /** {@code sqrt}: 3 ulp. */
  static final double SQUARE_ROOT = 6;

  private Accuracy() {}
}
