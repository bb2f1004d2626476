package dev.quern.examples.check;

import java.util.List;
import java.util.Set;

/** The operators that can be checked, by name. */
final class OnnxOperators {
  /** Domains of the standard operators; Adam is in the second. */
  private static final Set<String> DOMAINS = Set.of("", "ai.onnx", "ai.onnx.preview.training");

  /** What an operator makes of its inputs: its outputs in order. */
  @FunctionalInterface
  interface Operator {
    /** Runs. */
    List<Tensor> run(OnnxCall call);
  }

  private OnnxOperators() {}

  /**
   * The operator of a node.
   *
   * @throws SkippedException if there is none
   */
  static Operator of(OnnxNode node) {
    if (!DOMAINS.contains(node.domain())) {
      throw new SkippedException("operators of " + node.domain() + " are not offered");
    }
    return switch (node.type()) {
      case "Adam" -> OnnxPoints::adam;
      case "Add" -> OnnxPoints::add;
      case "AveragePool" -> OnnxAverages::averagePool;
      case "BatchNormalization" -> OnnxNormalization::batch;
      case "Clip" -> OnnxActivations::clip;
      case "Constant" -> OnnxShapes::constant;
      case "Conv" -> OnnxImages::conv;
      case "Dropout" -> OnnxPoints::dropout;
      case "Elu" -> OnnxActivations::elu;
      case "Flatten" -> OnnxShapes::flatten;
      case "Gelu" -> OnnxActivations::gelu;
      case "Gemm" -> OnnxProducts::gemm;
      case "GlobalAveragePool" -> OnnxAverages::globalAveragePool;
      case "GlobalMaxPool" -> OnnxImages::globalMaxPool;
      case "Identity" -> OnnxShapes::identity;
      case "LeakyRelu" -> OnnxActivations::leakyRelu;
      case "LogSoftmax" -> call -> OnnxLosses.softmax(call, true);
      case "MatMul" -> OnnxProducts::matMul;
      case "MaxPool" -> OnnxImages::maxPool;
      case "Relu" -> OnnxPoints::relu;
      case "Reshape" -> OnnxShapes::reshape;
      case "Sigmoid" -> OnnxActivations::sigmoid;
      case "Softmax" -> call -> OnnxLosses.softmax(call, false);
      case "SoftmaxCrossEntropyLoss" -> OnnxLosses::softmaxCrossEntropy;
      case "Swish" -> OnnxActivations::swish;
      case "Tanh" -> OnnxActivations::tanh;
      case "Transpose" -> OnnxShapes::transpose;
      default -> throw new SkippedException("operator " + node.type() + " is not offered");
    };
  }
}
