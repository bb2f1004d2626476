package dev.quern.kernels.reference;

/** The complementary error function in double precision, which Java does not have. */
final class ErrorFunction {
  /** From here on the continued fraction converges quickly; below, the series does. */
  private static final double FAR = 2;

  /** More than either needs for 53 bits. */
  private static final int TERMS = 100;

  private ErrorFunction() {}

  /**
   * {@code 1 - erf(x)}, to 14 digits or so relative to its size: {@code erf(x) = 2 x / sqrt(pi)
   * exp(-x^2) sum_n (2 x^2)^n / (1 * 3 * ... * (2 n + 1))}, and for large {@code x} the continued
   * fraction {@code exp(-x^2) / sqrt(pi) / (x + (1/2) / (x + (2/2) / (x + (3/2) / (x + ...))))}.
   * Source: Abramowitz and Stegun, "Handbook of mathematical functions", 1964, 7.1.6 and 7.1.14.
   */
  static double complement(double x) {
    if (x < 0) {
      return 2 - complement(-x);
    }
    double factor = Math.exp(-x * x) / Math.sqrt(Math.PI);
    if (x < FAR) {
      double term = 1;
      double sum = 1;
      for (int n = 1; n < TERMS; n++) {
        term *= 2 * x * x / (2 * n + 1);
        sum += term;
      }
      return 1 - 2 * x * factor * sum;
    }
    double tail = x;
    for (int n = TERMS; n > 0; n--) {
      tail = x + 0.5 * n / tail;
    }
    return factor / tail;
  }
}
