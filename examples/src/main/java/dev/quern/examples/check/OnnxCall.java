package dev.quern.examples.check;

import dev.quern.core.Device;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A node with what it is to work on.
 *
 * @param device where its arithmetic runs
 * @param node operator and attributes
 * @param inputs its inputs, null where an optional one is left out
 * @param opset version of the standard operators
 */
record OnnxCall(Device device, OnnxNode node, List<@Nullable Tensor> inputs, int opset) {

  /** Input number {@code i}, or null if it is left out. */
  @Nullable Tensor optional(int i) {
    return i < inputs.size() ? inputs.get(i) : null;
  }

  /**
   * Input number {@code i}.
   *
   * @throws CheckException if it is left out
   */
  Tensor input(int i) {
    Tensor input = optional(i);
    if (input == null) {
      throw node.wrong("input " + i + " is missing");
    }
    return input;
  }

  /**
   * Input number {@code i}, for arithmetic.
   *
   * @throws CheckException if it is left out or of another type than float32
   */
  Tensor floats(int i) {
    Tensor input = input(i);
    if (input.type() != ElementType.FLOAT32) {
      throw node.wrong("input %d must be FLOAT32, but is %s".formatted(i, input));
    }
    return input;
  }

  /** The axis that an attribute names, counted from the end if negative; 0 to {@code rank}. */
  int axis(String attribute, int otherwise, int rank) {
    int axis = node.integer(attribute, otherwise);
    int counted = axis < 0 ? axis + rank : axis;
    if (counted < 0 || counted > rank) {
      throw node.wrong("axis %d is none of %d axes".formatted(axis, rank));
    }
    return counted;
  }
}
