package dev.quern.train;

import java.util.List;

/**
 * One layer of a {@link Network}, with one input: an immutable description without any memory. A
 * new kind of layer is one implementation of this, in any package, and nothing else. As a record it
 * is saved with a model, its components by their names.
 */
public non-sealed interface Layer extends Operation {

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

  @Override
  default Shape output(List<Shape> inputs) {
    return output(inputs.get(0));
  }

  @Override
  default List<WeightSpec> weights(List<Shape> inputs) {
    return weights(inputs.get(0));
  }

  @Override
  default long savedElements(List<Shape> inputs, int batch) {
    return savedElements(inputs.get(0), batch);
  }
}
