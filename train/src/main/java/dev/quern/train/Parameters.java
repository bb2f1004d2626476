package dev.quern.train;

import dev.quern.core.Arena;
import dev.quern.core.DataType;
import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import dev.quern.train.optimizers.TrainedWeights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a model learns, on the device: one buffer of all weights that are trained, one of
 * their gradients and one for each state of the optimizer, cut alike, so that the optimizer runs
 * once over all; behind these weights the ones that are not.
 */
final class Parameters implements AutoCloseable {
  /** Weights begin at whole cache lines; the gaps stay 0 for ever, as their gradients are 0. */
  private static final int ALIGNMENT = 64;

  private final Arena arena;
  private final DeviceBuffer all;
  private final DeviceBuffer values;
  private final DeviceBuffer gradients;
  private final List<DeviceBuffer> states = new ArrayList<>();
  private final DeviceBuffer step;
  private final DeviceBuffer learningRate;
  private final SequencedMap<String, Weight> weights = new LinkedHashMap<>();

  /**
   * One weight: what it is and where it lies.
   *
   * @param spec its shape and layout
   * @param value its elements on the device
   * @param gradient their gradient; null if they are not trained
   * @param states their parts of the optimizer's arrays; none if they are not trained
   */
  record Weight(
      WeightSpec spec,
      DeviceBuffer value,
      @Nullable DeviceBuffer gradient,
      List<DeviceBuffer> states) {}

  Parameters(Device device, SequencedMap<String, WeightSpec> specs, int stateCount) {
    long trained = count(specs, true);
    long fixed = count(specs, false);
    long bytes =
        Arena.footprint(DataType.FLOAT32, trained + fixed)
            + (1L + stateCount) * Arena.footprint(DataType.FLOAT32, trained);
    arena = device.newArena("parameters", bytes + 2 * Arena.footprint(DataType.INT32, 1));
    all = arena.allocate("weights", DataType.FLOAT32, trained + fixed);
    values = all.part("trained weights", 0, trained);
    gradients = arena.allocate("gradients", DataType.FLOAT32, trained);
    for (int i = 0; i < stateCount; i++) {
      states.add(arena.allocate("optimizer state " + i, DataType.FLOAT32, trained));
    }
    step = arena.allocate("step", DataType.INT32, 1);
    learningRate = arena.allocate("learning rate", DataType.FLOAT32, 1);
    long trainedFrom = 0;
    long fixedFrom = trained;
    for (Map.Entry<String, WeightSpec> entry : specs.entrySet()) {
      String name = entry.getKey();
      WeightSpec spec = entry.getValue();
      long from = spec.trainable() ? trainedFrom : fixedFrom;
      DeviceBuffer gradient =
          spec.trainable() ? gradients.part("gradient of " + name, from, spec.count()) : null;
      List<DeviceBuffer> own = spec.trainable() ? stateParts(name, from, spec.count()) : List.of();
      weights.put(name, new Weight(spec, all.part(name, from, spec.count()), gradient, own));
      trainedFrom += spec.trainable() ? aligned(spec.count()) : 0;
      fixedFrom += spec.trainable() ? 0 : aligned(spec.count());
    }
  }

  private List<DeviceBuffer> stateParts(String name, long from, long count) {
    return states.stream()
        .map(state -> state.part("optimizer's part of " + name, from, count))
        .toList();
  }

  private static long count(SequencedMap<String, WeightSpec> specs, boolean trainable) {
    return specs.values().stream()
        .filter(spec -> spec.trainable() == trainable)
        .mapToLong(spec -> aligned(spec.count()))
        .sum();
  }

  private static long aligned(long count) {
    return (count + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** Initial weights from the seed, everything else 0. */
  void initialize(Stream stream, long seed, float rate) {
    stream.clear(all);
    stream.clear(gradients);
    states.forEach(stream::clear);
    stream.clear(step);
    stream.write(learningRate, new float[] {rate});
    int number = 0;
    for (Weight weight : weights.values()) {
      long key = SeededRandom.key(seed, Model.PURPOSE_WEIGHTS, number++);
      float[] keras = weight.spec().initializer().values(weight.spec(), key);
      stream.write(weight.value(), weight.spec().toDevice().apply(keras));
    }
  }

  SequencedMap<String, Weight> weights() {
    return weights;
  }

  Weight weight(String name) {
    Weight weight = weights.get(name);
    if (weight == null) {
      throw new SpecException("there is no weight '" + name + "'; there are " + weights.keySet());
    }
    return weight;
  }

  /** What the optimizer works on. */
  TrainedWeights trained() {
    return new TrainedWeights(values, gradients, states, step, learningRate);
  }

  /** Number of updates done so far, one INT32. */
  DeviceBuffer step() {
    return step;
  }

  /** Step size, one FLOAT32. */
  DeviceBuffer learningRate() {
    return learningRate;
  }

  @Override
  public void close() {
    arena.close();
  }
}
