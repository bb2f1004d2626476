package dev.quern.examples.check;

import static dev.quern.examples.check.OnnxFiles.floats;
import static dev.quern.examples.check.OnnxFiles.integer;
import static dev.quern.examples.check.OnnxFiles.integers;
import static dev.quern.examples.check.OnnxFiles.longs;
import static dev.quern.examples.check.OnnxFiles.number;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Operators that take elements one by one, and what is wrong, not offered or unknown. */
class OnnxCheckTest extends OnnxCases {
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
}
