package dev.quern.examples.check;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The graph of an ONNX model: nodes in the order in which they can be computed. */
final class OnnxModel {
  /** Newest set, for models that name none. */
  private static final int NEWEST = Integer.MAX_VALUE;

  private final List<OnnxNode> nodes = new ArrayList<>();
  private final Map<String, Tensor> initializers = new LinkedHashMap<>();
  private final List<String> inputs = new ArrayList<>();
  private final List<String> outputs = new ArrayList<>();
  private final Map<String, Integer> opsets;

  OnnxModel(Map<String, Integer> opsets) {
    this.opsets = opsets;
  }

  List<OnnxNode> nodes() {
    return nodes;
  }

  Map<String, Tensor> initializers() {
    return initializers;
  }

  List<String> inputs() {
    return inputs;
  }

  List<String> outputs() {
    return outputs;
  }

  /** Version of the operator set that the standard operators are meant in. */
  int opset() {
    return opsets.getOrDefault("", opsets.getOrDefault("ai.onnx", NEWEST));
  }
}
