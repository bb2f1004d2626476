package dev.quern.kernels;

/**
 * Sine and cosine in whole numbers, which every backend computes alike, where those of floats
 * differ by units in the last place. Angles are in units of 2^-32 of a full turn, so that they wrap
 * around as {@code int} does; results are in units of 2^-30, right to some 2^-25.
 */
final class BinaryAngle {
  /** The number 1. */
  static final int ONE = 1 << 30;

  /** A quarter of a turn. */
  private static final int QUARTER = 1 << 30;

  /** A quarter of a turn in radians, pi / 2. */
  private static final int QUARTER_RADIANS = 1_686_629_713;

  private BinaryAngle() {}

  static int cosine(int angle) {
    return sine(angle + QUARTER);
  }

  static int sine(int angle) {
    // The nearest multiple of a quarter turn, and what is left: an eighth of a turn at most.
    int quarters = (angle + QUARTER / 2) >>> 30;
    int rest = angle - quarters * QUARTER;
    int radians = scaled(rest, QUARTER_RADIANS);
    int square = scaled(radians, radians);
    int value =
        quarters % 2 == 0
            ? scaled(radians, series(square, 6, 20, 42, 72))
            : series(square, 2, 12, 30, 56);
    return quarters < 2 ? value : -value;
  }

  /** Taylor's: {@code 1 - s/a (1 - s/b (1 - s/c (1 - s/d)))}. */
  private static int series(int s, int a, int b, int c, int d) {
    int sum = ONE - s / d;
    sum = ONE - scaled(s, sum) / c;
    sum = ONE - scaled(s, sum) / b;
    return ONE - scaled(s, sum) / a;
  }

  private static int scaled(int a, int b) {
    return (int) (((long) a * b) >> 30);
  }
}
