package dev.quern.train;

import dev.quern.core.Device;
import dev.quern.kernels.Precision;
import dev.quern.train.optimizers.Optimizer;

/**
 * What a model is made with.
 *
 * @param network layers and how they are connected
 * @param device where it runs
 * @param optimizer how weights follow their gradients
 * @param loss what training makes small
 * @param seed of weights, shuffling and layers
 * @param precision arithmetic of products
 */
record Setup(
    Network network,
    Device device,
    Optimizer optimizer,
    Loss loss,
    long seed,
    Precision precision) {

  /** The settings of a plan for batches of so many rows. */
  Plan.Settings plan(int batch, boolean training) {
    return new Plan.Settings(batch, training, precision, seed, loss, device.sliceBytes());
  }
}
