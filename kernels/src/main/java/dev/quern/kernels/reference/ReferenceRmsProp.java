package dev.quern.kernels.reference;

import dev.quern.kernels.RmsProp;

/**
 * {@link RmsProp} in double precision. The mean square is a sum of what is not negative, so its
 * relative error, halved by the square root, is that of the divisor.
 */
public final class ReferenceRmsProp {
  /** Roundings on the way from a parameter to its new value. */
  private static final double STEPS = 8;

  private final Bounded p;
  private final Bounded v;
  private final Bounded m;

  private ReferenceRmsProp(int count) {
    this.p = new Bounded(count, STEPS);
    this.v = new Bounded(count, STEPS);
    this.m = new Bounded(count, STEPS);
  }

  /** One step; the arrays are not changed. */
  public static ReferenceRmsProp update(
      RmsProp.Spec spec, double[] p, double[] g, double[] v, double[] m, double learningRate) {
    ReferenceRmsProp result = new ReferenceRmsProp(p.length);
    double error = Accuracy.SQUARE_ROOT + Accuracy.DIVISION + 1;
    for (int i = 0; i < p.length; i++) {
      double square = spec.rho() * v[i] + (1.0 - spec.rho()) * g[i] * g[i];
      result.v.set(i, square, square);
      double step = learningRate * g[i] / Math.sqrt(square + spec.epsilon());
      double kept = spec.momentum() * m[i];
      double size = Math.abs(kept) + error * Math.abs(step);
      result.m.set(i, kept + step, size);
      result.p.set(i, p[i] - (kept + step), Math.abs(p[i]) + size);
    }
    return result;
  }

  /** The new parameters. */
  public Bounded p() {
    return p;
  }

  /** The new mean squares. */
  public Bounded v() {
    return v;
  }

  /** The new momentum. */
  public Bounded m() {
    return m;
  }
}
