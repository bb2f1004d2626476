package dev.quern.train;

import java.util.List;

/**
 * One layer of a {@link Sequential}: an immutable description without any memory. A new kind of
 * layer is one implementation of this and nothing else.
 */
public interface Layer {

  /** Keras's name of the kind, for example {@code conv2d}; names of weights begin with it. */
  String kind();

  /**
   * Shape of the output for an input of this shape.
   *
   * @throws dev.quern.core.SpecException if the layer cannot take it; says what it expects
   */
  Shape output(Shape input);

  /** What the layer learns, in Keras's order. */
  default List<WeightSpec> weights(Shape input) {
    return List.of();
  }

  /**
   * Four-byte elements that the layer keeps from the forward pass for the backward pass, a batch,
   * apart from its input and output.
   */
  default long savedElements(Shape input, int batch) {
    return 0;
  }

  /** Whether the output is the input under another shape, so that both share their memory. */
  default boolean reshapesOnly() {
    return false;
  }

  /** Whether the layer ends in a ReLU. */
  default boolean endsInRelu() {
    return false;
  }

  /** Whether the backward pass goes through a ReLU that the layer before ends in as well. */
  default boolean passesReluOfInput() {
    return false;
  }

  /** Prepares the layer's kernels for a batch. */
  BoundLayer bind(LayerContext context);
}
