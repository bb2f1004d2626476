package dev.quern.kernels.reference;

import dev.quern.kernels.Relu;

/** {@link Relu} in double precision. */
public final class ReferenceRelu {
  private ReferenceRelu() {}

  /** {@code y = max(x, 0)}; NaN stays NaN, as {@link Math#max(double, double)} has it. */
  public static Bounded forward(double[] x) {
    Bounded y = new Bounded(x.length, 1);
    for (int i = 0; i < x.length; i++) {
      y.set(i, Math.max(x[i], 0));
    }
    return y;
  }

  /** {@code dx = y > 0 ? dy : 0}. */
  public static Bounded backward(double[] y, double[] dy) {
    Bounded dx = new Bounded(y.length, 1);
    for (int i = 0; i < y.length; i++) {
      dx.set(i, y[i] > 0 ? dy[i] : 0);
    }
    return dx;
  }
}
