package dev.quern.examples.check;

import static dev.quern.examples.check.OnnxFiles.floats;
import static dev.quern.examples.check.OnnxFiles.integer;
import static dev.quern.examples.check.OnnxFiles.integers;
import static dev.quern.examples.check.OnnxFiles.longs;
import static dev.quern.examples.check.OnnxFiles.text;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Convolutions and pools. */
class OnnxWindowsTest extends OnnxCases {
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
}
