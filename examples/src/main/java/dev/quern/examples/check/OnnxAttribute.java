package dev.quern.examples.check;

import org.jspecify.annotations.Nullable;

/** An attribute of a node; which of the values counts depends on the attribute. */
final class OnnxAttribute {
  private final String name;
  private final float number;
  private final long integer;
  private final String text;
  private final double[] list;
  private final @Nullable Tensor tensor;

  OnnxAttribute(
      String name,
      float number,
      long integer,
      String text,
      double[] list,
      @Nullable Tensor tensor) {
    this.name = name;
    this.number = number;
    this.integer = integer;
    this.text = text;
    this.list = list;
    this.tensor = tensor;
  }

  String name() {
    return name;
  }

  float number() {
    return number;
  }

  long integer() {
    return integer;
  }

  String text() {
    return text;
  }

  /** Floats or integers. Not to be changed. */
  double[] list() {
    return list;
  }

  @Nullable Tensor tensor() {
    return tensor;
  }
}
