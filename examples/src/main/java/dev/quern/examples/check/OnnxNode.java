package dev.quern.examples.check;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One operator of a graph.
 *
 * @param type operator
 * @param domain empty for the standard operators
 * @param inputs names of values, empty where an optional one is left out
 * @param outputs names of values, empty where an optional one is left out
 * @param attributes by name
 */
record OnnxNode(
    String type,
    String domain,
    List<String> inputs,
    List<String> outputs,
    Map<String, OnnxAttribute> attributes) {

  /**
   * Refuses attributes other than these: one that is not understood would change the result.
   *
   * @throws CheckException if there is another
   */
  void requireOnly(String... known) {
    for (String name : attributes.keySet()) {
      if (!Set.of(known).contains(name)) {
        throw wrong("attribute " + name + " is not offered");
      }
    }
  }

  boolean has(String attribute) {
    return attributes.containsKey(attribute);
  }

  float number(String attribute, float otherwise) {
    OnnxAttribute found = attributes.get(attribute);
    return found == null ? otherwise : found.number();
  }

  int integer(String attribute, int otherwise) {
    OnnxAttribute found = attributes.get(attribute);
    if (found == null) {
      return otherwise;
    }
    if (found.integer() != (int) found.integer()) {
      throw wrong(
          "attribute " + attribute + " must be a 32-bit integer, but is " + found.integer());
    }
    return (int) found.integer();
  }

  boolean flag(String attribute) {
    return integer(attribute, 0) != 0;
  }

  String text(String attribute, String otherwise) {
    OnnxAttribute found = attributes.get(attribute);
    return found == null || found.text().isEmpty() ? otherwise : found.text();
  }

  @Nullable Tensor tensor(String attribute) {
    OnnxAttribute found = attributes.get(attribute);
    return found == null ? null : found.tensor();
  }

  /** Integers, or null if the attribute is absent. */
  int @Nullable [] integers(String attribute) {
    OnnxAttribute found = attributes.get(attribute);
    if (found == null) {
      return null;
    }
    double[] list = found.list();
    return new Tensor(ElementType.INT64, new int[] {list.length}, list).ints();
  }

  /** {@code count} integers, each {@code otherwise} if the attribute is absent. */
  int[] integers(String attribute, int count, int otherwise) {
    int[] found = integers(attribute);
    if (found == null) {
      int[] values = new int[count];
      Arrays.fill(values, otherwise);
      return values;
    }
    if (found.length != count) {
      throw wrong(
          "attribute %s must have %d numbers, but has %d"
              .formatted(attribute, count, found.length));
    }
    return found;
  }

  /** Whether output number {@code i} is wanted. */
  boolean wants(int i) {
    return i < outputs.size() && !outputs.get(i).isEmpty();
  }

  /** An error that names the operator. */
  CheckException wrong(String what) {
    return new CheckException(type + ": " + what);
  }
}
