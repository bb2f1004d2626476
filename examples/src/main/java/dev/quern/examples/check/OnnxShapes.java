package dev.quern.examples.check;

import java.util.Arrays;
import java.util.List;

/** ONNX operators that only move data; they run on the host. */
final class OnnxShapes {
  private OnnxShapes() {}

  static List<Tensor> identity(OnnxCall call) {
    call.node().requireOnly();
    return List.of(call.input(0));
  }

  static List<Tensor> constant(OnnxCall call) {
    OnnxNode node = call.node();
    node.requireOnly("value", "value_float", "value_floats", "value_int", "value_ints");
    Tensor value = node.tensor("value");
    if (value != null) {
      return List.of(value);
    }
    if (node.has("value_float")) {
      return List.of(Tensor.of(new int[0], new float[] {node.number("value_float", 0)}));
    }
    if (node.has("value_int")) {
      double[] single = {node.integer("value_int", 0)};
      return List.of(new Tensor(ElementType.INT64, new int[0], single));
    }
    boolean floats = node.has("value_floats");
    OnnxAttribute list = node.attributes().get(floats ? "value_floats" : "value_ints");
    if (list == null) {
      throw node.wrong("it has no value");
    }
    int[] shape = {list.list().length};
    ElementType type = floats ? ElementType.FLOAT32 : ElementType.INT64;
    return List.of(new Tensor(type, shape, list.list()));
  }

  static List<Tensor> flatten(OnnxCall call) {
    call.node().requireOnly("axis");
    Tensor x = call.input(0);
    int axis = call.axis("axis", 1, x.rank());
    int rows = (int) Tensor.count(Arrays.copyOf(x.shape(), axis));
    int columns = (int) Tensor.count(Arrays.copyOfRange(x.shape(), axis, x.rank()));
    return List.of(x.reshape(rows, columns));
  }

  static List<Tensor> transpose(OnnxCall call) {
    call.node().requireOnly("perm");
    Tensor x = call.input(0);
    int[] axes = call.node().integers("perm");
    if (axes == null) {
      axes = new int[x.rank()];
      for (int i = 0; i < axes.length; i++) {
        axes[i] = axes.length - 1 - i;
      }
    }
    return List.of(Movement.transpose(x, axes));
  }

  /** 0 keeps an extent, -1 takes what is left. */
  static List<Tensor> reshape(OnnxCall call) {
    OnnxNode node = call.node();
    node.requireOnly("allowzero", "consumed_inputs", "shape");
    Tensor x = call.input(0);
    int[] attribute = node.integers("shape"); // before set 5
    int[] shape = attribute == null ? call.input(1).ints() : attribute;
    int open = -1;
    int[] known = shape.clone();
    for (int i = 0; i < known.length; i++) {
      if (known[i] == 0 && !node.flag("allowzero") && i < x.rank()) {
        known[i] = x.extent(i);
      } else if (known[i] == -1 && open < 0) {
        open = i;
        known[i] = 1;
      }
    }
    long count = Tensor.count(known);
    if (open >= 0 && count > 0) {
      known[open] = (int) (x.count() / count);
    }
    if (Tensor.count(known) != x.count()) {
      throw node.wrong("%s cannot take shape %s".formatted(x, Arrays.toString(shape)));
    }
    return List.of(x.reshape(known));
  }
}
