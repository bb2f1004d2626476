package dev.quern.cpu;

import dev.quern.kernels.Adam;

/**
 * The numbers of one step of Adam. With them both forms and both decays are one formula:
 *
 * <pre>
 * g' = g + l2 * p
 * m  = beta1 * m + (1 - beta1) * g'
 * v  = beta2 * v + (1 - beta2) * g' * g'
 * p  = p - decoupled * p - rate * m / (root * sqrt(v) + epsilon)
 * </pre>
 *
 * <p>Filled in place before each step, since a step allocates nothing.
 */
final class AdamStep {
  final float beta1;
  final float oneMinusBeta1;
  final float beta2;
  final float oneMinusBeta2;
  final float epsilon;
  final float l2;
  private final double decoupledShare;
  private final boolean keras;
  private float rate;
  private float root;
  private float decoupled;

  /** The constants of all steps. */
  AdamStep(Adam.Spec spec) {
    beta1 = spec.beta1();
    oneMinusBeta1 = 1 - spec.beta1();
    beta2 = spec.beta2();
    oneMinusBeta2 = 1 - spec.beta2();
    epsilon = spec.epsilon();
    boolean inGradient = spec.decay() == Adam.Decay.L2;
    l2 = inGradient ? spec.weightDecay() : 0;
    decoupledShare = inGradient ? 0 : spec.weightDecay();
    keras = spec.form() == Adam.Form.KERAS;
  }

  /**
   * Computes the numbers of one step, in double.
   *
   * @param t number of the step, from 1
   */
  void begin(int t, float learningRate) {
    double correction1 = 1 - Math.pow(beta1, t);
    double rootOfCorrection2 = Math.sqrt(1 - Math.pow(beta2, t));
    double paperRate = learningRate / correction1;
    rate = (float) (keras ? paperRate * rootOfCorrection2 : paperRate);
    root = (float) (keras ? 1 : 1 / rootOfCorrection2);
    decoupled = (float) (learningRate * decoupledShare);
  }

  /** Factor of the step. */
  float rate() {
    return rate;
  }

  /** Factor of the square root. */
  float root() {
    return root;
  }

  /** Share of the parameter that decays away. */
  float decoupled() {
    return decoupled;
  }
}
