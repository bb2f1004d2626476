package dev.quern.cpu;

/**
 * A function {@code exp(u * (square * u + linear)) - less} of {@code u = min(|x|, most)}, which
 * falls: what activations are made of. Plain Java and {@link VectorDecay} compute the same bits.
 *
 * <p>The method is {@link VectorExponential}'s, for results that are 0 where they would be below
 * the normal range. With {@code less = 1} small results keep their digits, too: {@code e^x - 1 =
 * 2^n (e^r - 1) + (2^n - 1)}, and the polynomial is for {@code e^r - 1}. The error is below 2 units
 * in the last place, and the exponent's own rounding; NaN gives NaN.
 *
 * @param square factor of the square, not above 0
 * @param linear factor of the size, not above 0
 * @param most where the exponent is -88: from there on the exponential is 0
 * @param less what is taken off: 0 or 1
 */
record Decay(float square, float linear, float most, float less) {
  /** {@code exp(-|x|)}. */
  static final Decay EXPONENTIAL = new Decay(0, -1, 88, 0);

  /** {@code exp(-|x|) - 1}. */
  static final Decay LESS_ONE = new Decay(0, -1, 88, 1);

  /** {@code exp(-2 |x|) - 1}. */
  static final Decay TWICE_LESS_ONE = new Decay(0, -2, 44, 1);

  /** {@code exp(-x^2 / 2)}. */
  static final Decay GAUSSIAN = new Decay(-0.5f, 0, 13.2665f, 0);

  static final float LOG2_E = 1.442695f;

  /** 1.5 * 2^23: adding it rounds to a whole number, which then stands in the lowest bits. */
  static final float ROUNDER = 0x1.8p23f;

  /** log 2 in two parts; whole numbers of up to 15 bits times the first are exact. */
  static final float LOG_2_HIGH = 0x1.63p-1f;

  static final float LOG_2_LOW = -0.00021219444f;

  /** Coefficients of {@code (e^r - 1 - r) / r^2}, from the constant on. */
  static final float C0 = 0.5f;

  static final float C1 = 0.16666666f;
  static final float C2 = 0.041665796f;
  static final float C3 = 8.333452e-3f;
  static final float C4 = 0.0013981999f;
  static final float C5 = 0.00019875691f;

  static final int EXPONENT_BIAS = 127;
  static final int EXPONENT_SHIFT = 23;

  /** Its value at {@code x}. */
  float at(float x) {
    float u = Math.abs(x);
    u = u > most ? most : u; // NaN stays
    float power = u * Math.fma(u, square, linear);
    float rounded = Math.fma(power, LOG2_E, ROUNDER);
    float n = rounded - ROUNDER;
    float r = Math.fma(n, -LOG_2_HIGH, power);
    r = Math.fma(n, -LOG_2_LOW, r);
    float p = Math.fma(C5, r, C4);
    p = Math.fma(p, r, C3);
    p = Math.fma(p, r, C2);
    p = Math.fma(p, r, C1);
    p = Math.fma(p, r, C0);
    p = Math.fma(p, r * r, r);
    int exponent = Float.floatToRawIntBits(rounded) - Float.floatToRawIntBits(ROUNDER);
    float scale = Float.intBitsToFloat((exponent + EXPONENT_BIAS) << EXPONENT_SHIFT);
    return Math.fma(p, scale, scale - less);
  }
}
