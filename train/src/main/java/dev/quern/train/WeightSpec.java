package dev.quern.train;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * One array that a layer learns or keeps.
 *
 * @param name Keras's name within the layer: {@code kernel} or {@code bias}
 * @param shape shape in Keras's order, for example [3, 3, 1, 32]
 * @param fanIn inputs that reach an output, for the initial spread
 * @param fanOut outputs that an input reaches
 * @param initializer how it starts
 * @param toDevice from Keras's order of elements to the device's
 * @param toKeras and back
 * @param trainable whether the optimizer moves it along a gradient; not a batch norm's statistics,
 *     and nothing of a frozen layer
 */
public record WeightSpec(
    String name,
    List<Integer> shape,
    int fanIn,
    int fanOut,
    Initializer initializer,
    UnaryOperator<float[]> toDevice,
    UnaryOperator<float[]> toKeras,
    boolean trainable) {

  /** Copies the list. */
  public WeightSpec {
    shape = List.copyOf(shape);
  }

  /** A weight in the same order on the device as in Keras. */
  public static WeightSpec inOrder(
      String name, List<Integer> shape, int fanIn, int fanOut, Initializer initializer) {
    return new WeightSpec(
        name,
        shape,
        fanIn,
        fanOut,
        initializer,
        UnaryOperator.identity(),
        UnaryOperator.identity(),
        true);
  }

  /**
   * The kernel of a convolution, Glorot uniform: Keras keeps it as [..., filters], the device as
   * [filters, ...], which is the transpose of a matrix.
   *
   * @param shape shape in Keras's order: taps, then what Keras counts as inputs and outputs of a
   *     tap
   * @param filters filters of the convolution on the device
   */
  static WeightSpec filters(List<Integer> shape, int filters) {
    int inputs = shape.get(shape.size() - 2);
    int outputs = shape.get(shape.size() - 1);
    int taps = shape.stream().limit(shape.size() - 2).reduce(1, Math::multiplyExact);
    int others = taps * inputs * outputs / filters;
    return new WeightSpec(
        "kernel",
        shape,
        taps * inputs,
        taps * outputs,
        Initializer.GLOROT_UNIFORM,
        transposed(others, filters),
        transposed(filters, others),
        true);
  }

  private static UnaryOperator<float[]> transposed(int rows, int columns) {
    return values -> {
      float[] turned = new float[values.length];
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
          turned[j * rows + i] = values[i * columns + j];
        }
      }
      return turned;
    };
  }

  /** A bias of this many channels, which starts at 0. */
  public static WeightSpec bias(int channels) {
    return inOrder("bias", List.of(channels), 1, 1, Initializer.ZEROS);
  }

  /** The same array, which stays as it is in training, or which its layer updates by itself. */
  public WeightSpec fixed() {
    return new WeightSpec(name, shape, fanIn, fanOut, initializer, toDevice, toKeras, false);
  }

  /** A kernel that is 1 high in Keras's words for one dimension, which have no height. */
  WeightSpec withoutHeight() {
    List<Integer> flat = shape.size() == 1 ? shape : shape.subList(1, shape.size());
    return new WeightSpec(name, flat, fanIn, fanOut, initializer, toDevice, toKeras, trainable);
  }

  /** Number of elements. */
  public int count() {
    return shape.stream().reduce(1, Math::multiplyExact);
  }
}
