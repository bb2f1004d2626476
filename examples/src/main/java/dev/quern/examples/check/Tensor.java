package dev.quern.examples.check;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * An array from a file or for a comparison, row-major in host memory. Its elements are held as
 * double, which is exact for every type but 64-bit integers beyond 2^53.
 */
final class Tensor {
  private final ElementType type;
  private final int[] shape;
  private final double[] values;

  /** An array; neither shape nor values are copied. */
  Tensor(ElementType type, int[] shape, double[] values) {
    if (count(shape) != values.length) {
      throw new CheckException(
          "a tensor of shape %s must have %d elements, but has %d"
              .formatted(Arrays.toString(shape), count(shape), values.length));
    }
    this.type = type;
    this.shape = shape;
    this.values = values;
  }

  /** A float32 array with these values. */
  static Tensor of(int[] shape, float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return new Tensor(ElementType.FLOAT32, shape, wide);
  }

  /** Takes {@code count(shape)} elements of this type from little-endian memory. */
  static Tensor read(ElementType type, int[] shape, ByteBuffer from) {
    double[] values = new double[Math.toIntExact(count(shape))];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (type) {
            case FLOAT32 -> from.getFloat();
            case FLOAT64 -> from.getDouble();
            case INT32 -> from.getInt();
            case INT64 -> from.getLong();
            case UINT8, BOOL -> from.get() & 0xFF;
          };
    }
    return new Tensor(type, shape, values);
  }

  /** Number of elements of a shape, -1 if an extent is negative or the count exceeds an int. */
  static long count(int... shape) {
    boolean empty = false;
    for (int extent : shape) {
      if (extent < 0) {
        return -1;
      }
      empty |= extent == 0;
    }
    if (empty) {
      return 0;
    }
    long count = 1;
    for (int extent : shape) {
      count *= extent;
      if (count > Integer.MAX_VALUE) {
        return -1;
      }
    }
    return count;
  }

  ElementType type() {
    return type;
  }

  /** Extents of the axes; empty for a single number. Not to be changed. */
  int[] shape() {
    return shape;
  }

  int rank() {
    return shape.length;
  }

  int extent(int axis) {
    return shape[axis];
  }

  /** Number of elements. */
  int count() {
    return values.length;
  }

  /** The elements. Not to be changed. */
  double[] values() {
    return values;
  }

  /** The elements rounded to float32. */
  float[] floats() {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  /**
   * The elements as ints.
   *
   * @throws CheckException if one is none
   */
  int[] ints() {
    int[] ints = new int[values.length];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = (int) values[i];
      if (ints[i] != values[i]) {
        throw new CheckException(
            "element %d must be a 32-bit integer, but is %s".formatted(i, values[i]));
      }
    }
    return ints;
  }

  /** The same elements in another shape of as many. */
  Tensor reshape(int... newShape) {
    return new Tensor(type, newShape, values);
  }

  /** The same values under another element type. */
  Tensor as(ElementType newType) {
    return new Tensor(newType, shape, values);
  }

  @Override
  public String toString() {
    return type + Arrays.toString(shape);
  }
}
