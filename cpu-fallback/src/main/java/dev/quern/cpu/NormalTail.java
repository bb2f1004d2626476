package dev.quern.cpu;

/**
 * The normal distribution at {@code -u}, for {@code u = min(|x|, most)} of {@link Decay#GAUSSIAN}:
 * {@code exp(-u^2 / 2)} times a function that falls slowly. {@code u + K} times that function is a
 * polynomial of {@code t = (u - K) / (u + K)} to 2^-26 of its size, and its value comes out to 4
 * units in the last place. Plain Java and the vectors of {@link VectorActivationLoops} compute the
 * same bits.
 *
 * <p>Method: Shepherd and Laframboise, "Chebyshev approximation of (1 + 2x) exp(x^2) erfc(x) in 0
 * &lt;= x &lt; infinity", Math. Comp. 36, 1981. The coefficients are a minimax fit of our own, by
 * Lawson's weighted least squares.
 */
final class NormalTail {
  static final float K = 4.75f;

  /** Coefficients from the constant on. */
  static final float C0 = 0.7664163f;

  static final float C1 = -0.65358937f;
  static final float C2 = 0.47206444f;
  static final float C3 = -0.28418383f;
  static final float C4 = 0.13810687f;
  static final float C5 = -0.050628684f;
  static final float C6 = 0.01154329f;
  static final float C7 = 0.0002259308f;
  static final float C8 = -0.0013068338f;

  private NormalTail() {}

  /**
   * The normal distribution at {@code -|x|}.
   *
   * @param density what {@link Decay#GAUSSIAN} is at {@code x}
   */
  static float at(float x, float density) {
    float u = Math.abs(x);
    u = u > Decay.GAUSSIAN.most() ? Decay.GAUSSIAN.most() : u; // NaN stays
    float w = 1 / (u + K);
    float t = Math.fma(w, -2 * K, 1);
    float p = Math.fma(C8, t, C7);
    p = Math.fma(p, t, C6);
    p = Math.fma(p, t, C5);
    p = Math.fma(p, t, C4);
    p = Math.fma(p, t, C3);
    p = Math.fma(p, t, C2);
    p = Math.fma(p, t, C1);
    p = Math.fma(p, t, C0);
    return p * w * density;
  }
}
