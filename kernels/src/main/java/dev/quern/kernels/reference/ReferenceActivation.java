package dev.quern.kernels.reference;

import dev.quern.kernels.Activation;

/**
 * {@link Activation} in double precision. Magnitudes are sizes of terms times the relative errors
 * on the way to them, and no value of the forward pass need lose digits. Rounding the argument of a
 * function adds its slope times the argument: {@code x f(x)} for the normal distribution, and
 * {@code x * x} times its value for the density, whose exponent that is.
 */
public final class ReferenceActivation {
  /** A few single roundings. */
  private static final double ROUNDINGS = 3;

  private static final double SIGMOID = Accuracy.EXP + Accuracy.DIVISION + ROUNDINGS;

  private ReferenceActivation() {}

  /** {@code y} from {@code x}. */
  public static Bounded forward(Activation.Spec spec, double[] x) {
    Bounded y = new Bounded(x.length, 1);
    for (int i = 0; i < x.length; i++) {
      forward(spec, x[i], y, i);
    }
    return y;
  }

  private static void forward(Activation.Spec spec, double x, Bounded y, int i) {
    switch (spec.kind()) {
      case LEAKY_RELU -> set(y, i, x > 0 ? x : spec.alpha() * x, x > 0 ? 0 : 1);
      case ELU ->
          set(y, i, x > 0 ? x : spec.alpha() * Math.expm1(x), x > 0 ? 0 : Accuracy.EXPM1 + 1);
      case SIGMOID -> set(y, i, sigmoid(x), SIGMOID);
      case TANH -> set(y, i, Math.tanh(x), Accuracy.TANH);
      case SILU -> setProduct(y, i, x, sigmoid(x), SIGMOID * sigmoid(x));
      case GELU -> setProduct(y, i, x, normal(x), normalError(x));
    }
  }

  /** A value and its relative error in units of eps. */
  private static void set(Bounded result, int i, double value, double error) {
    result.set(i, value, Double.isFinite(value) ? Math.abs(value) * error : 0);
  }

  /**
   * {@code x} times a factor that falls to 0 faster than {@code 1 / x}, or rises to 1.
   *
   * @param error the factor's absolute error in units of eps
   */
  private static void setProduct(Bounded y, int i, double x, double factor, double error) {
    if (Double.isInfinite(x)) {
      y.set(i, Math.max(x, 0)); // the limit, where 0 * infinity has none
    } else {
      y.set(i, x * factor, Math.abs(x) * (error + flushed(factor)));
    }
  }

  /**
   * In units of eps, what is lost where a device flushes a factor to 0 because it is below the
   * smallest normal number.
   */
  private static double flushed(double factor) {
    return Math.min(factor, Float.MIN_NORMAL) / 0x1p-24;
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static double normal(double x) {
    return ErrorFunction.complement(-x / Math.sqrt(2)) / 2;
  }

  private static double normalError(double x) {
    return (Accuracy.ERFC + ROUNDINGS) * normal(x) + 2 * Math.abs(x) * density(x);
  }

  private static double density(double x) {
    return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }

  /**
   * {@code dx} from {@code dy}.
   *
   * @param saved {@code x} or {@code y}, see {@link Activation.Kind#savesInput}
   */
  public static Bounded backward(Activation.Spec spec, double[] saved, double[] dy) {
    Bounded dx = new Bounded(saved.length, 1);
    for (int i = 0; i < saved.length; i++) {
      double s = saved[i];
      switch (spec.kind()) {
        case LEAKY_RELU -> set(dx, i, s > 0 ? dy[i] : spec.alpha() * dy[i], s > 0 ? 0 : 1);
        case ELU ->
            setSlope(dx, i, dy[i], s > 0 ? 1 : s + spec.alpha(), s > 0 ? 0 : spec.alpha() - s);
        case SIGMOID -> setSlope(dx, i, dy[i], s * (1 - s), Math.abs(s) + s * s);
        case TANH -> setSlope(dx, i, dy[i], 1 - s * s, 1 + s * s);
        case SILU -> siluGradient(s, dy[i], dx, i);
        case GELU -> geluGradient(s, dy[i], dx, i);
      }
    }
    return dx;
  }

  /**
   * A gradient by the output, which is a rounded result itself.
   *
   * @param terms what the slope is the sum of, all without their signs
   */
  private static void setSlope(Bounded dx, int i, double dy, double slope, double terms) {
    dx.set(i, dy * slope, ROUNDINGS * Math.abs(dy) * terms);
  }

  private static void siluGradient(double x, double dy, Bounded dx, int i) {
    double s = sigmoid(x);
    double rest = sigmoid(-x);
    if (Double.isInfinite(x)) {
      dx.set(i, dy * s);
      return;
    }
    double size = Math.abs(x);
    double magnitude = (2 * SIGMOID + ROUNDINGS) * s * (1 + size * rest);
    magnitude += size * flushed(Math.min(s, rest));
    dx.set(i, dy * s * (1 + x * rest), Math.abs(dy) * magnitude);
  }

  private static void geluGradient(double x, double dy, Bounded dx, int i) {
    double p = normal(x);
    double f = density(x);
    if (Double.isInfinite(x)) {
      dx.set(i, dy * p);
      return;
    }
    double size = Math.abs(x);
    double error = (Accuracy.EXP + ROUNDINGS + x * x) * f + flushed(f);
    dx.set(i, dy * (p + x * f), Math.abs(dy) * (normalError(x) + size * error));
  }
}
