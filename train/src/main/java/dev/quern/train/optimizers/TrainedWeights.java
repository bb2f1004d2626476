package dev.quern.train.optimizers;

import dev.quern.core.DeviceBuffer;
import java.util.List;

/**
 * What an optimizer works on: all trained weights of a network in one buffer, and buffers cut
 * alike, so that one update is one run of a kernel.
 *
 * @param values the weights, FLOAT32
 * @param gradients the gradients by them
 * @param states as many arrays of the same length as the optimizer asked for; 0 at first
 * @param step number of updates done so far, one INT32
 * @param learningRate step size, one FLOAT32
 */
public record TrainedWeights(
    DeviceBuffer values,
    DeviceBuffer gradients,
    List<DeviceBuffer> states,
    DeviceBuffer step,
    DeviceBuffer learningRate) {

  /** Copies the list. */
  public TrainedWeights {
    states = List.copyOf(states);
  }

  /** The optimizer's array number {@code i}. */
  DeviceBuffer state(int i) {
    return states.get(i);
  }
}
