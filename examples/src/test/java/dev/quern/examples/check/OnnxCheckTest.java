package dev.quern.examples.check;

import static dev.quern.examples.check.OnnxFiles.floats;
import static dev.quern.examples.check.OnnxFiles.integer;
import static dev.quern.examples.check.OnnxFiles.integers;
import static dev.quern.examples.check.OnnxFiles.longs;
import static dev.quern.examples.check.OnnxFiles.number;
import static dev.quern.examples.check.OnnxFiles.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verdicts on small cases whose results were worked out by hand. */
class OnnxCheckTest {
  private static final int OPSET = 13;

  @TempDir private Path folder;

  @Test
  void padsConvolutionsAutomatically() {
    ProtoWriter[] inputs = {
      floats(new int[] {1, 1, 1, 3}, 1, 2, 3), floats(new int[] {1, 1, 1, 2}, 10, 1)
    };
    ProtoWriter[] upper = {floats(new int[] {1, 1, 1, 3}, 12, 23, 30)};
    ProtoWriter[] lower = {floats(new int[] {1, 1, 1, 3}, 1, 12, 23)};
    add("upper", OPSET, "Conv", inputs, upper, text("auto_pad", "SAME_UPPER"));
    add("lower", OPSET, "Conv", inputs, lower, text("auto_pad", "SAME_LOWER"));

    assertAllPass(2);
  }

  @Test
  void convolvesOneDimension() {
    ProtoWriter[] inputs = {
      floats(new int[] {1, 1, 3}, 1, 2, 3), floats(new int[] {1, 1, 2}, 10, 1)
    };
    ProtoWriter[] outputs = {floats(new int[] {1, 1, 3}, 1, 12, 23)};
    add("one", OPSET, "Conv", inputs, outputs, integers("pads", 1, 0));

    assertAllPass(1);
  }

  @Test
  void poolsWithIndicesInEitherOrder() {
    ProtoWriter[] inputs = {floats(new int[] {2, 1, 2, 3}, 1, 5, 2, 3, 4, 6, 9, 8, 7, 6, 5, 4)};
    ProtoWriter maxima = floats(new int[] {2, 1, 1, 2}, 5, 6, 9, 8);
    ProtoWriter[] rows = {maxima, longs(new int[] {2, 1, 1, 2}, 1, 5, 6, 7)};
    ProtoWriter[] columns = {maxima, longs(new int[] {2, 1, 1, 2}, 2, 5, 6, 8)};
    ProtoWriter window = integers("kernel_shape", 2, 2);
    add("rows", OPSET, "MaxPool", inputs, rows, window);
    add("columns", OPSET, "MaxPool", inputs, columns, window, integer("storage_order", 1));

    assertAllPass(2);
  }

  @Test
  void roundsPoolsUp() {
    ProtoWriter[] inputs = {floats(new int[] {1, 1, 1, 3}, 1, 2, 3)};
    ProtoWriter[] outputs = {floats(new int[] {1, 1, 1, 2}, 2, 3)};
    add(
        "ceil",
        OPSET,
        "MaxPool",
        inputs,
        outputs,
        integers("kernel_shape", 1, 2),
        integers("strides", 1, 2),
        integer("ceil_mode", 1));

    assertAllPass(1);
  }

  @Test
  void averagesByEitherDivisor() {
    ProtoWriter[] inputs = {floats(new int[] {1, 1, 3}, 3, 6, 9)};
    ProtoWriter[] inside = {floats(new int[] {1, 1, 2}, 4.5, 7.5)};
    ProtoWriter[] window = {floats(new int[] {1, 1, 2}, 3, 7.5)};
    ProtoWriter[] shape = {
      integers("kernel_shape", 3), integers("strides", 2), integers("pads", 1, 0)
    };
    average("inside", inputs, inside, shape);
    // The last window has its third tap behind the padding's end, which counts for nobody.
    average("window", inputs, window, with(shape, integer("count_include_pad", 1)));

    assertAllPass(2);
  }

  private void average(
      String name, ProtoWriter[] inputs, ProtoWriter[] outputs, ProtoWriter[] attributes) {
    ProtoWriter[] all = with(attributes, integer("ceil_mode", 1));
    add(name, OPSET, "AveragePool", inputs, outputs, all);
  }

  private static ProtoWriter[] with(ProtoWriter[] attributes, ProtoWriter another) {
    ProtoWriter[] all = Arrays.copyOf(attributes, attributes.length + 1);
    all[attributes.length] = another;
    return all;
  }

  @Test
  void averagesAlongThreeAxes() {
    ProtoWriter[] inputs = {
      floats(new int[] {1, 1, 2, 2, 3}, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
    };
    ProtoWriter[] same = {floats(new int[] {1, 1, 1, 2, 3}, 4, 5, 6, 7, 8, 9)};
    ProtoWriter[] blocks = {floats(new int[] {1, 1, 1, 1, 2}, 6, 7)};
    add("depth", OPSET, "AveragePool", inputs, same, integers("kernel_shape", 2, 1, 1));
    add("blocks", OPSET, "AveragePool", inputs, blocks, integers("kernel_shape", 2, 2, 2));
    ProtoWriter[] lower = {floats(new int[] {1, 1, 1, 2, 3}, 4, 4.5, 5.5, 7, 7.5, 8.5)};
    add(
        "lower",
        OPSET,
        "AveragePool",
        inputs,
        lower,
        integers("kernel_shape", 2, 1, 2),
        integers("strides", 2, 1, 1),
        text("auto_pad", "SAME_LOWER"));

    assertAllPass(3);
  }

  @Test
  void poolsWholeImagesOfAnyRank() {
    ProtoWriter[] line = {floats(new int[] {1, 2, 3}, 1, 5, 3, 9, 8, 1)};
    add(
        "line",
        OPSET,
        "GlobalAveragePool",
        line,
        new ProtoWriter[] {floats(new int[] {1, 2, 1}, 3, 6)});
    ProtoWriter[] cubes = {floats(new int[] {1, 1, 2, 2, 2}, 1, 2, 3, 4, 5, 6, 7, 8)};
    int[] one = {1, 1, 1, 1, 1};
    add("cube", OPSET, "GlobalAveragePool", cubes, new ProtoWriter[] {floats(one, 4.5)});
    add("largest", OPSET, "GlobalMaxPool", cubes, new ProtoWriter[] {floats(one, 8)});

    assertAllPass(3);
  }

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
  void addsWithBroadcasting() {
    ProtoWriter[] inputs = {floats(new int[] {2, 2}, 1, 2, 3, 4), floats(new int[] {2}, 10, 20)};
    ProtoWriter[] rows = {floats(new int[] {2, 2}, 11, 22, 13, 24)};
    ProtoWriter[] columns = {floats(new int[] {2, 2}, 11, 12, 23, 24)};
    add("rows", OPSET, "Add", inputs, rows);
    add("columns", 6, "Add", inputs, columns, integer("broadcast", 1), integer("axis", 0));

    assertAllPass(2);
  }

  @Test
  void bendsElementsByEachFunction() {
    ProtoWriter[] x = {floats(new int[] {3}, -2, 0, 1)};
    double s = 1 / (1 + Math.exp(-1));
    double s2 = 1 / (1 + Math.exp(2));
    bend("Sigmoid", x, s2, 0.5, s);
    bend("Tanh", x, -0.9640275800758169, 0, 0.7615941559557649);
    bend("LeakyRelu", x, -0.02, 0, 1);
    bend("LeakyRelu", x, -1, 0, 1, number("alpha", 0.5f));
    bend("Elu", x, Math.expm1(-2), 0, 1);
    bend("Elu", x, 2 * Math.expm1(-2), 0, 1, number("alpha", 2));
    bend("Gelu", x, -0.04550026389635842, 0, 0.8413447460685429);
    bend("Swish", x, -2 * s2, 0, s);

    assertAllPass(8);
  }

  private void bend(
      String type, ProtoWriter[] x, double a, double b, double c, ProtoWriter... attributes) {
    ProtoWriter[] outputs = {floats(new int[] {3}, a, b, c)};
    add(type + attributes.length, OPSET, type, x, outputs, attributes);
  }

  @Test
  void boundsElementsByInputsOrAttributes() {
    ProtoWriter x = floats(new int[] {3}, -2, 0, 1);
    ProtoWriter least = floats(new int[0], -1);
    ProtoWriter most = floats(new int[0], 0.5);
    ProtoWriter[] both = {floats(new int[] {3}, -1, 0, 0.5)};
    ProtoWriter[] below = {floats(new int[] {3}, -1, 0, 1)};
    ProtoWriter[] turned = {floats(new int[] {3}, -1, -1, -1)};
    add("both", OPSET, "Clip", new ProtoWriter[] {x, least, most}, both);
    add("below", OPSET, "Clip", new ProtoWriter[] {x, least}, below);
    add("turned", OPSET, "Clip", new ProtoWriter[] {x, most, least}, turned);
    ProtoWriter[] only = {x};
    add("old", 6, "Clip", only, both, number("min", -1), number("max", 0.5f));

    assertAllPass(4);
  }

  @Test
  void stepsAdamWithAndWithoutCorrection() {
    adam("before", 0, 1 - 0.5 * 1.5 / (Math.sqrt(2) + 0.25));
    double correction = Math.sqrt(1 - 0.125) / (1 - 0.125);
    adam("third", 3, 1 - 0.5 * correction * 1.5 / (Math.sqrt(2) + 0.25));

    assertAllPass(2);
  }

  private void adam(String name, long done, double weight) {
    ProtoWriter[] inputs = {
      floats(new int[0], 0.5),
      longs(new int[0], done),
      floats(new int[] {1}, 1),
      floats(new int[] {1}, 2),
      floats(new int[] {1}, 1),
      floats(new int[] {1}, 0)
    };
    ProtoWriter[] outputs = {
      floats(new int[] {1}, weight), floats(new int[] {1}, 1.5), floats(new int[] {1}, 2)
    };
    add(
        name,
        OPSET,
        "Adam",
        inputs,
        outputs,
        number("alpha", 0.5f),
        number("beta", 0.5f),
        number("epsilon", 0.25f));
  }

  @Test
  void movesData() {
    ProtoWriter x = floats(new int[] {1, 2, 2}, 1, 2, 3, 4);
    ProtoWriter[] reshape = {x, longs(new int[] {2}, 0, -1)};
    add(
        "reshape",
        OPSET,
        "Reshape",
        reshape,
        new ProtoWriter[] {floats(new int[] {1, 4}, 1, 2, 3, 4)});
    ProtoWriter[] only = {x};
    ProtoWriter[] turned = {floats(new int[] {2, 2, 1}, 1, 3, 2, 4)};
    add("transpose", OPSET, "Transpose", only, turned);
    ProtoWriter[] flat = {floats(new int[] {2, 2}, 1, 2, 3, 4)};
    add("flatten", OPSET, "Flatten", only, flat, integer("axis", -1));

    assertAllPass(3);
  }

  @Test
  void tellsWrongUnsupportedAndUnknownApart() {
    ProtoWriter[] x = {floats(new int[] {2}, -1, 1)};
    add("wrong", OPSET, "Relu", x, new ProtoWriter[] {floats(new int[] {2}, 0, 1.01)});
    add("shape", OPSET, "Relu", x, new ProtoWriter[] {floats(new int[] {1, 2}, 0, 1)});
    add("attribute", OPSET, "Relu", x, x, number("slope", 1));
    add("unknown", OPSET, "Erf", x, x);
    ProtoWriter[] cube = {floats(new int[] {1, 1, 1, 1, 1}, 1)};
    add("axes", OPSET, "MaxPool", cube, cube, integers("kernel_shape", 1, 1, 1));
    ProtoWriter[] whole = {longs(new int[] {1}, 1), longs(new int[] {1}, 2)};
    add("integers", OPSET, "Add", whole, new ProtoWriter[] {longs(new int[] {1}, 3)});

    Verdict verdict = Verdict.of("--onnx", folder);

    assertThat(verdict.out())
        .contains("FAILED  onnx/wrong: y0: 1 of 2 elements are wrong")
        .contains("FAILED  onnx/shape: y0 is FLOAT32[2], not FLOAT32[1, 2]")
        .contains("FAILED  onnx/attribute: Relu: attribute slope is not offered")
        .contains("skipped 1: operator Erf is not offered")
        .contains("skipped 1: MaxPool over 3 axes is not offered")
        .contains("skipped 1: Add of INT64 is not offered");
    assertThat(verdict.lastLine()).isEqualTo("0 passed, 3 failed, 3 skipped");
    assertThat(verdict.exitCode()).isEqualTo(1);
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

  private void add(
      String name,
      int opset,
      String type,
      ProtoWriter[] inputs,
      ProtoWriter[] outputs,
      ProtoWriter... attributes) {
    ProtoWriter node = OnnxFiles.node(type, inputs.length, outputs.length, attributes);
    byte[] model = OnnxFiles.model(opset, inputs.length, outputs.length, node);
    OnnxFiles.write(folder.resolve(name), model, inputs, outputs);
  }

  private void assertAllPass(int cases) {
    Verdict verdict = Verdict.of("--onnx", folder);

    assertThat(verdict.out()).isEqualToIgnoringNewLines(cases + " passed, 0 failed, 0 skipped");
    assertThat(verdict.exitCode()).isZero();
  }
}
