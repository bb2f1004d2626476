package dev.quern.examples.check;

import static dev.quern.examples.check.OnnxFiles.floats;
import static dev.quern.examples.check.OnnxFiles.integer;
import static dev.quern.examples.check.OnnxFiles.longs;
import static dev.quern.examples.check.OnnxFiles.number;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Products, norms and losses: what sums up. */
class OnnxSumsTest extends OnnxCases {
  @Test
  void broadcastsWhatAProductIsAddedTo() {
    ProtoWriter a = floats(new int[] {2, 1}, 1, 2);
    ProtoWriter b = floats(new int[] {1, 2}, 10, 20);
    ProtoWriter beta = number("beta", 0.5f);
    gemm("scalar", new ProtoWriter[] {a, b, floats(new int[0], 2)}, 11, 21, 21, 41, beta);
    gemm("row", new ProtoWriter[] {a, b, floats(new int[] {2}, 2, 4)}, 11, 22, 21, 42, beta);
    gemm("column", new ProtoWriter[] {a, b, floats(new int[] {2, 1}, 2, 4)}, 11, 21, 22, 42, beta);
    gemm("none", new ProtoWriter[] {a, b}, 10, 20, 20, 40, beta);

    assertAllPass(4);
  }

  private void gemm(
      String name,
      ProtoWriter[] inputs,
      double c00,
      double c01,
      double c10,
      double c11,
      ProtoWriter beta) {
    ProtoWriter[] outputs = {floats(new int[] {2, 2}, c00, c01, c10, c11)};
    add(name, OPSET, "Gemm", inputs, outputs, beta);
  }

  @Test
  void multipliesBroadcastBatches() {
    ProtoWriter[] inputs = {
      floats(new int[] {2, 1, 1, 2}, 1, 2, 3, 4), floats(new int[] {2, 2, 1}, 1, 1, 10, 100)
    };
    ProtoWriter[] outputs = {floats(new int[] {2, 2, 1, 1}, 3, 210, 7, 430)};
    add("batches", OPSET, "MatMul", inputs, outputs);
    ProtoWriter[] vectors = {floats(new int[] {2}, 1, 2), floats(new int[] {2}, 3, 4)};
    add("vectors", OPSET, "MatMul", vectors, new ProtoWriter[] {floats(new int[0], 11)});

    assertAllPass(2);
  }

  @Test
  void normalisesAlongOneAxisOrAMatrix() {
    ProtoWriter[] inputs = {floats(new int[] {2, 1, 2}, 0, 1e4, 0, 1e4)};
    ProtoWriter[] first = {floats(new int[] {2, 1, 2}, 0.5, 0.5, 0.5, 0.5)};
    ProtoWriter[] split = {floats(new int[] {2, 1, 2}, 0, 0.5, 0, 0.5)};
    add("new", OPSET, "Softmax", inputs, first, integer("axis", 0));
    add("old", 12, "Softmax", inputs, split, integer("axis", 0));

    assertAllPass(2);
  }

  @Test
  void normalisesBatchesByMovingStatistics() {
    ProtoWriter[] images = statistics(new int[] {2, 2, 1}, 2);
    ProtoWriter[] outputs = {floats(new int[] {2, 2, 1}, -0.5, 3, 0.5, 7)};
    ProtoWriter epsilon = number("epsilon", 1);
    add("new", OPSET, "BatchNormalization", images, outputs, epsilon);
    add("old", 6, "BatchNormalization", images, outputs, epsilon, integer("is_test", 1));
    ProtoWriter[] elements = statistics(new int[] {2, 1, 2}, 1, 2);
    ProtoWriter[] each = {floats(new int[] {2, 1, 2}, -0.5, 3, 0.5, 7)};
    add("each", 7, "BatchNormalization", elements, each, epsilon, integer("spatial", 0));

    assertAllPass(3);
  }

  @Test
  void normalisesBatchesByTheirOwnStatistics() {
    ProtoWriter[] images = statistics(new int[] {2, 2, 1}, 2);
    ProtoWriter[] outputs = {
      floats(new int[] {2, 2, 1}, -1 / 7.0, 4, 1 / 7.0, 6),
      floats(new int[] {2}, 2, 6),
      floats(new int[] {2}, 2, 15.5)
    };
    ProtoWriter epsilon = number("epsilon", 48);
    ProtoWriter momentum = number("momentum", 0.5f);
    ProtoWriter training = integer("training_mode", 1);
    add("new", 15, "BatchNormalization", images, outputs, epsilon, momentum, training);
    add("old", 9, "BatchNormalization", images, outputs, epsilon, momentum);
    ProtoWriter[] saved = Arrays.copyOf(outputs, 5);
    saved[3] = outputs[1];
    saved[4] = outputs[2];
    add("saved", 9, "BatchNormalization", images, saved, epsilon, momentum);

    Verdict verdict = Verdict.of("--onnx", folder);
    assertThat(verdict.out()).contains("2 passed, 0 failed, 1 skipped");
  }

  /** Two rows of two channels with scale, bias, mean and variance. */
  private static ProtoWriter[] statistics(int[] shape, int... channels) {
    return new ProtoWriter[] {
      floats(shape, 1, 2, 3, 10),
      floats(channels, 1, 2),
      floats(channels, 0, 5),
      floats(channels, 2, 6),
      floats(channels, 3, 15)
    };
  }

  @Test
  void leavesIgnoredLabelsOutOfTheMean() {
    ProtoWriter[] inputs = {
      floats(new int[] {1, 2, 2}, 0, 5, 0, 7), longs(new int[] {1, 2}, 1, -100)
    };
    ProtoWriter[] outputs = {floats(new int[0], Math.log(2))};
    add(
        "ignored",
        OPSET,
        "SoftmaxCrossEntropyLoss",
        inputs,
        outputs,
        integer("ignore_index", -100));

    assertAllPass(1);
  }

  @Test
  void failsWeightsOfClasses() {
    ProtoWriter[] inputs = {
      floats(new int[] {1, 2}, 0, 0), longs(new int[] {1}, 1), floats(new int[] {2}, 1, 2)
    };
    add(
        "weights",
        OPSET,
        "SoftmaxCrossEntropyLoss",
        inputs,
        new ProtoWriter[] {floats(new int[0], 1)});

    assertThat(Verdict.of("--onnx", folder).out()).contains("weights of classes are not offered");
  }
}
