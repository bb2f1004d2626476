package dev.quern.cpu;

import dev.quern.kernels.Sgd;

/**
 * The numbers of one step of gradient descent:
 *
 * <pre>
 * g' = g + l2 * p
 * v  = momentum * v - rate * g'
 * p  = p + (nesterov ? momentum * v - rate * g' : v)
 * </pre>
 *
 * <p>Filled in place before each step, since a step allocates nothing.
 */
final class SgdStep {
  final float momentum;
  final float l2;
  final boolean nesterov;
  private float rate;

  /** The constants of all steps. */
  SgdStep(Sgd.Spec spec) {
    momentum = spec.momentum();
    l2 = spec.weightDecay();
    nesterov = spec.nesterov();
  }

  /** Sets the learning rate. */
  void begin(float learningRate) {
    rate = learningRate;
  }

  /** The learning rate. */
  float rate() {
    return rate;
  }
}
