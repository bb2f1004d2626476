package dev.quern.train;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import dev.quern.train.files.Safetensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A model's parameters as the host sees them: by name, in Keras's order of elements. */
final class Weights {
  private static final String STATES = "optimizer/";

  private final Parameters parameters;
  private final Stream stream;

  Weights(Parameters parameters, Stream stream) {
    this.parameters = parameters;
    this.stream = stream;
  }

  /** Names in the order of the layers. */
  List<String> names() {
    return List.copyOf(parameters.weights().keySet());
  }

  List<Integer> shape(String name) {
    return parameters.weight(name).spec().shape();
  }

  float[] read(String name) {
    Parameters.Weight weight = parameters.weight(name);
    return read(weight.value(), weight.spec());
  }

  private float[] read(DeviceBuffer buffer, WeightSpec spec) {
    return spec.toKeras().apply(stream.readFloats(buffer));
  }

  float[] gradient(String name) {
    Parameters.Weight weight = parameters.weight(name);
    if (weight.gradient() == null) {
      throw new SpecException("weight '" + name + "' is not trained, so it has no gradient");
    }
    return read(weight.gradient(), weight.spec());
  }

  void write(String name, float[] values) {
    Parameters.Weight weight = parameters.weight(name);
    if (values.length != weight.spec().count()) {
      throw new SpecException(
          "weight '%s' has shape %s, which is %d elements, but %d were given"
              .formatted(name, weight.spec().shape(), weight.spec().count(), values.length));
    }
    write(weight.value(), weight.spec(), values);
  }

  private void write(DeviceBuffer buffer, WeightSpec spec, float[] values) {
    stream.write(buffer, spec.toDevice().apply(values.clone()));
  }

  float learningRate() {
    return stream.readFloats(parameters.learningRate())[0];
  }

  void learningRate(float rate) {
    stream.write(parameters.learningRate(), new float[] {rate});
  }

  /** All weights. */
  List<Safetensors.Array> arrays() {
    return names().stream()
        .map(name -> new Safetensors.Array(name, shape(name), read(name)))
        .toList();
  }

  /** The optimizer's arrays. */
  List<Safetensors.Array> stateArrays() {
    List<Safetensors.Array> arrays = new ArrayList<>();
    parameters
        .weights()
        .forEach(
            (name, weight) -> {
              for (int i = 0; i < weight.states().size(); i++) {
                float[] values = read(weight.states().get(i), weight.spec());
                arrays.add(
                    new Safetensors.Array(stateName(i, name), weight.spec().shape(), values));
              }
            });
    return arrays;
  }

  /**
   * Takes over weights, optimizer's arrays and the number of updates.
   *
   * @param values arrays by name, which are known to fit
   */
  void restore(Map<String, float[]> values, int steps) {
    parameters
        .weights()
        .forEach(
            (name, weight) -> {
              restore(weight.value(), weight.spec(), name, values);
              for (int i = 0; i < weight.states().size(); i++) {
                restore(weight.states().get(i), weight.spec(), stateName(i, name), values);
              }
            });
    stream.write(parameters.step(), new int[] {steps});
  }

  private void restore(
      DeviceBuffer buffer, WeightSpec spec, String name, Map<String, float[]> values) {
    float[] found = values.get(name);
    if (found == null) {
      throw new IllegalStateException("there is no array " + name);
    }
    write(buffer, spec, found);
  }

  /** Whether an array is the optimizer's. */
  static boolean isState(String name) {
    return name.startsWith(STATES);
  }

  /** Name of an array of the optimizer's. */
  static String stateName(int state, String weight) {
    return STATES + state + "/" + weight;
  }
}
