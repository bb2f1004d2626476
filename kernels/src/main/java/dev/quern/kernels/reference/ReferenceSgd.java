package dev.quern.kernels.reference;

import dev.quern.kernels.Sgd;

/** {@link Sgd} in double precision. */
public final class ReferenceSgd {
  /** Roundings on the way from a parameter to its new value. */
  private static final double STEPS = 8;

  private final Bounded p;
  private final Bounded v;

  private ReferenceSgd(int count) {
    this.p = new Bounded(count, STEPS);
    this.v = new Bounded(count, STEPS);
  }

  /** One step; the arrays are not changed. */
  public static ReferenceSgd update(
      Sgd.Spec spec, double[] p, double[] g, double[] v, double learningRate) {
    ReferenceSgd result = new ReferenceSgd(p.length);
    for (int i = 0; i < p.length; i++) {
      double slope = learningRate * (g[i] + spec.weightDecay() * p[i]);
      double slopeSize = learningRate * (Math.abs(g[i]) + spec.weightDecay() * Math.abs(p[i]));
      double velocity = spec.momentum() * v[i] - slope;
      double velocitySize = spec.momentum() * Math.abs(v[i]) + slopeSize;
      result.v.set(i, velocity, velocitySize);
      double step = spec.nesterov() ? spec.momentum() * velocity - slope : velocity;
      double stepSize = spec.nesterov() ? spec.momentum() * velocitySize + slopeSize : velocitySize;
      result.p.set(i, p[i] + step, Math.abs(p[i]) + stepSize);
    }
    return result;
  }

  /** The new parameters. */
  public Bounded p() {
    return p;
  }

  /** The new velocities. */
  public Bounded v() {
    return v;
  }
}
