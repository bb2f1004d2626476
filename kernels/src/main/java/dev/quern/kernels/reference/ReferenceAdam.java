package dev.quern.kernels.reference;

import dev.quern.kernels.Adam;

/**
 * {@link Adam} in double precision. Magnitudes carry the moments' own errors through the quotient
 * to the first order: {@code d(m / D) = dm / D + |m| / D^2 dD}, with {@code d sqrt(v) = dv / (2
 * sqrt(v))}.
 */
public final class ReferenceAdam {
  /** Roundings on the way from a parameter to its new value. */
  private static final double STEPS = 16;

  private final Bounded p;
  private final Bounded m;
  private final Bounded v;

  private ReferenceAdam(int count) {
    this.p = new Bounded(count, STEPS);
    this.m = new Bounded(count, STEPS);
    this.v = new Bounded(count, STEPS);
  }

  /**
   * One step; the arrays are not changed.
   *
   * @param step number of steps done before
   */
  public static ReferenceAdam update(
      Adam.Spec spec,
      double[] p,
      double[] g,
      double[] m,
      double[] v,
      int step,
      double learningRate) {
    ReferenceAdam result = new ReferenceAdam(p.length);
    for (int i = 0; i < p.length; i++) {
      result.updateMoments(spec, i, p[i], g[i], m[i], v[i]);
      result.updateParameter(spec, i, p[i], step + 1.0, learningRate);
    }
    return result;
  }

  private void updateMoments(Adam.Spec spec, int i, double p0, double g0, double m0, double v0) {
    double decay = spec.decay() == Adam.Decay.L2 ? spec.weightDecay() : 0;
    double g = g0 + decay * p0;
    double size = Math.abs(g0) + decay * Math.abs(p0);
    double rest1 = 1.0 - spec.beta1();
    double rest2 = 1.0 - spec.beta2();
    m.set(i, spec.beta1() * m0 + rest1 * g, spec.beta1() * Math.abs(m0) + rest1 * size);
    v.set(i, spec.beta2() * v0 + rest2 * g * g, spec.beta2() * v0 + rest2 * Math.abs(g) * size);
  }

  private void updateParameter(Adam.Spec spec, int i, double p0, double t, double lr) {
    double correction1 = 1 - Math.pow(spec.beta1(), t);
    double correction2 = 1 - Math.pow(spec.beta2(), t);
    boolean keras = spec.form() == Adam.Form.KERAS;
    double rate = keras ? lr * Math.sqrt(correction2) / correction1 : lr / correction1;
    double scaled = keras ? v.value(i) : v.value(i) / correction2;
    double scaledSize = keras ? v.magnitude(i) : v.magnitude(i) / correction2;
    double root = Math.sqrt(scaled);
    double divisor = root + spec.epsilon();
    double rootSize = Accuracy.SQUARE_ROOT * root + (root == 0 ? 0 : scaledSize / (2 * root));
    double step = rate * m.value(i) / divisor;
    double stepSize =
        rate * m.magnitude(i) / divisor
            + Math.abs(step) * (Accuracy.DIVISION + (rootSize + spec.epsilon()) / divisor);
    boolean decoupled = spec.decay() == Adam.Decay.DECOUPLED;
    double drawn = decoupled ? lr * spec.weightDecay() * p0 : 0;
    p.set(i, p0 - drawn - step, Math.abs(p0) + Math.abs(drawn) + stepSize);
  }

  /** The new parameters. */
  public Bounded p() {
    return p;
  }

  /** The new first moments. */
  public Bounded m() {
    return m;
  }

  /** The new second moments. */
  public Bounded v() {
    return v;
  }
}
