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

  /** A bias of this many channels, which starts at 0. */
  public static WeightSpec bias(int channels) {
    return inOrder("bias", List.of(channels), 1, 1, Initializer.ZEROS);
  }

  /** The same array, which stays as it is in training, or which its layer updates by itself. */
  public WeightSpec fixed() {
    return new WeightSpec(name, shape, fanIn, fanOut, initializer, toDevice, toKeras, false);
  }

  /** Number of elements. */
  public int count() {
    return shape.stream().reduce(1, Math::multiplyExact);
  }
}
