package dev.quern.train.optimizers;

import dev.quern.core.Device;
import dev.quern.kernels.Adam;

/**
 * Adam and AdamW; see {@link Adam}.
 *
 * @param learningRate step size
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon keeps the quotient finite
 * @param decay share of a weight that a rate of 1 takes away, 0 for none
 */
record AdamOptimizer(Schedule learningRate, float beta1, float beta2, float epsilon, float decay)
    implements Optimizer {
  @Override
  public int states() {
    return 2;
  }

  @Override
  public Update prepare(Device device, TrainedWeights of) {
    Adam.Decay how = decay == 0 ? Adam.Decay.L2 : Adam.Decay.DECOUPLED;
    Adam adam =
        device.prepare(
            new Adam.Spec(of.values().count(), beta1, beta2, epsilon, Adam.Form.KERAS, decay, how));
    return new Prepared(
        adam,
        stream ->
            adam.update(
                stream,
                of.values(),
                of.gradients(),
                of.state(0),
                of.state(1),
                of.step(),
                of.learningRate()));
  }
}
