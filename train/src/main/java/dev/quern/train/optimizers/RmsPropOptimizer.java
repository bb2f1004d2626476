package dev.quern.train.optimizers;

import dev.quern.core.Device;
import dev.quern.kernels.RmsProp;

/**
 * RMSprop; see {@link RmsProp}.
 *
 * @param learningRate step size
 * @param rho decay of the mean square
 * @param momentum share of the last step that goes on
 * @param epsilon keeps the quotient finite
 */
record RmsPropOptimizer(Schedule learningRate, float rho, float momentum, float epsilon)
    implements Optimizer {
  @Override
  public int states() {
    return 2;
  }

  @Override
  public Update prepare(Device device, TrainedWeights of) {
    RmsProp rmsProp = device.prepare(new RmsProp.Spec(of.values().count(), rho, momentum, epsilon));
    return new Prepared(
        rmsProp,
        stream ->
            rmsProp.update(
                stream,
                of.values(),
                of.gradients(),
                of.state(0),
                of.state(1),
                of.step(),
                of.learningRate()));
  }
}
