package dev.quern.kernels.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Epilogue;
import dev.quern.kernels.Layout;
import dev.quern.kernels.MaxPool2d;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** One case computed outside, with its attributes and tolerances: a line of {@code cases.tsv}. */
final class OutsideVector {
  private final String op;
  private final String name;
  private final Map<String, String> attributes;
  private final Map<String, String> tolerances;
  private final NpzFile arrays;

  OutsideVector(Path folder, String line) throws IOException {
    String[] fields = line.split("\t", -1);
    op = fields[0];
    name = fields[1];
    arrays = new NpzFile(folder.resolve(fields[2]));
    attributes = pairs(fields[4]);
    tolerances = pairs(fields[5]);
  }

  private static Map<String, String> pairs(String text) {
    Map<String, String> pairs = new HashMap<>();
    for (String pair : text.split(";", -1)) {
      int at = pair.indexOf('=');
      if (at > 0) {
        pairs.put(pair.substring(0, at), pair.substring(at + 1));
      }
    }
    return pairs;
  }

  String op() {
    return op;
  }

  String name() {
    return name;
  }

  NpzFile arrays() {
    return arrays;
  }

  double[] values(String array) {
    return arrays.values(array);
  }

  String text(String attribute) {
    String value = attributes.get(attribute);
    assertThat(value).as("attribute %s of %s", attribute, name).isNotNull();
    return value == null ? "" : value;
  }

  boolean flag(String attribute) {
    return Boolean.parseBoolean(text(attribute));
  }

  float number(String attribute) {
    return Float.parseFloat(text(attribute));
  }

  int whole(String attribute) {
    return Integer.parseInt(text(attribute));
  }

  private int[] wholes(String attribute) {
    return Arrays.stream(text(attribute).split(",")).mapToInt(Integer::parseInt).toArray();
  }

  /** Compares a result with the array of that name within the tolerance that the case states. */
  void requireClose(String array, Bounded actual) {
    // Both forms of Adam share the tolerance of "p".
    String tolerance = tolerances.get(array.startsWith("p_") ? "p" : array);
    double allowed = tolerance == null ? 0 : Double.parseDouble(tolerance.split(":")[0]);
    double[] expected = values(array);
    assertThat(actual.count()).as("size of %s of %s", array, name).isEqualTo(expected.length);
    for (int i = 0; i < expected.length; i++) {
      boolean same = Double.compare(actual.value(i), expected[i]) == 0;
      boolean close = Math.abs(actual.value(i) - expected[i]) <= allowed;
      assertThat(same || close)
          .as("%s %s %s[%d]: %s, not %s", op, name, array, i, actual.value(i), expected[i])
          .isTrue();
    }
  }

  private Layout layout() {
    return Layout.valueOf(text("layout"));
  }

  /** The extents of an image array as batch, channels, height and width. */
  private int[] image(String array) {
    int[] s = arrays.get(array).shape();
    return layout() == Layout.NCHW ? s : new int[] {s[0], s[3], s[1], s[2]};
  }

  Conv2d.Spec conv2d() {
    int[] x = image("x");
    int[] w = image("w");
    int[] stride = wholes("stride");
    int[] pads = wholes("pads");
    int[] dilation = wholes("dilation");
    return Conv2d.builder()
        .layout(layout())
        .input(x[0], x[1], x[2], x[3])
        .filters(w[0], w[2], w[3])
        .stride(stride[0], stride[1])
        .padding(pads[0], pads[1], pads[2], pads[3])
        .dilation(dilation[0], dilation[1])
        .groups(whole("groups"))
        .epilogue(flag("bias") ? Epilogue.BIAS : Epilogue.NONE)
        .build();
  }

  MaxPool2d.Spec maxPool2d() {
    int[] x = image("x");
    int[] kernel = wholes("kernel");
    int[] stride = wholes("stride");
    int[] pads = wholes("pads");
    int[] dilation = wholes("dilation");
    return MaxPool2d.builder()
        .layout(layout())
        .input(x[0], x[1], x[2], x[3])
        .window(kernel[0], kernel[1])
        .stride(stride[0], stride[1])
        .padding(pads[0], pads[1], pads[2], pads[3])
        .dilation(dilation[0], dilation[1])
        .ceilMode(flag("ceil_mode"))
        .build();
  }
}
