package dev.quern.examples.check;

import dev.quern.core.Device;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Computes a graph node by node. */
final class OnnxEvaluation {
  private final OnnxModel model;
  private final Device device;
  private final Map<String, Tensor> values = new HashMap<>();

  OnnxEvaluation(OnnxModel model, Device device) {
    this.model = model;
    this.device = device;
    values.putAll(model.initializers());
  }

  /** Gives an input its value. */
  void set(String name, Tensor value) {
    values.put(name, value);
  }

  /**
   * Runs every node.
   *
   * @return the graph's outputs in order
   */
  List<Tensor> run() {
    for (OnnxNode node : model.nodes()) {
      run(node);
    }
    return model.outputs().stream().map(this::value).toList();
  }

  private void run(OnnxNode node) {
    List<@Nullable Tensor> inputs = new ArrayList<>();
    for (String name : node.inputs()) {
      inputs.add(name.isEmpty() ? null : value(name));
    }
    OnnxCall call = new OnnxCall(device, node, inputs, model.opset());
    List<Tensor> results = OnnxOperators.of(node).run(call);
    for (int i = 0; i < node.outputs().size(); i++) {
      if (node.wants(i)) {
        if (i >= results.size()) {
          throw node.wrong("output " + i + " is not offered");
        }
        values.put(node.outputs().get(i), results.get(i));
      }
    }
  }

  private Tensor value(String name) {
    Tensor value = values.get(name);
    if (value == null) {
      throw new CheckException(
          "the graph uses value '" + name + "', which is no input and no earlier node's output");
    }
    return value;
  }
}
