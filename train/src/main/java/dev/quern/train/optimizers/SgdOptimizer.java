package dev.quern.train.optimizers;

import dev.quern.core.Device;
import dev.quern.kernels.Sgd;

/**
 * Stochastic gradient descent; see {@link Sgd}.
 *
 * @param learningRate step size
 * @param momentum share of the last step that goes on
 * @param nesterov whether the step looks ahead along the velocity
 */
record SgdOptimizer(Schedule learningRate, float momentum, boolean nesterov) implements Optimizer {
  @Override
  public int states() {
    return 1;
  }

  @Override
  public Update prepare(Device device, TrainedWeights of) {
    Sgd sgd = device.prepare(new Sgd.Spec(of.values().count(), momentum, nesterov, 0));
    return new Prepared(
        sgd,
        stream ->
            sgd.update(
                stream, of.values(), of.gradients(), of.state(0), of.step(), of.learningRate()));
  }
}
