package dev.quern.train.layers;

import dev.quern.train.Initializer;
import dev.quern.train.WeightSpec;
import java.util.List;
import java.util.function.UnaryOperator;

/** The kernels of convolutions, which lie on the device in another order than in Keras. */
final class Filters {
  private Filters() {}

  /**
   * The kernel of a convolution, Glorot uniform: Keras keeps it as [..., filters], the device as
   * [filters, ...], which is the transpose of a matrix.
   *
   * @param shape shape in Keras's order: taps, then what Keras counts as inputs and outputs of a
   *     tap
   * @param filters filters of the convolution on the device
   */
  static WeightSpec of(List<Integer> shape, int filters) {
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

  /** A weight whose kernel is 1 high, in Keras's words for one dimension, which have no height. */
  static WeightSpec withoutHeight(WeightSpec weight) {
    List<Integer> shape = weight.shape();
    return new WeightSpec(
        weight.name(),
        shape.size() == 1 ? shape : shape.subList(1, shape.size()),
        weight.fanIn(),
        weight.fanOut(),
        weight.initializer(),
        weight.toDevice(),
        weight.toKeras(),
        weight.trainable());
  }
}
