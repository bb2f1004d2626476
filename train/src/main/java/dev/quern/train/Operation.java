package dev.quern.train;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What computes a {@link Node} from others: a {@link Layer}, which has one input, or a {@link
 * Merge}. An immutable description without any memory.
 */
public sealed interface Operation permits Layer, Merge {

  /** Keras's name of the kind, for example {@code conv2d}; names of weights begin with it. */
  String kind();

  /**
   * Shape of the output for inputs of these shapes.
   *
   * @throws dev.quern.core.SpecException if they do not fit; says what is expected
   */
  Shape output(List<Shape> inputs);

  /** What is learned, in Keras's order. */
  default List<WeightSpec> weights(List<Shape> inputs) {
    return List.of();
  }

  /**
   * Four-byte elements kept from the forward pass for the backward pass, a batch, apart from inputs
   * and output.
   */
  default long savedElements(List<Shape> inputs, int batch) {
    return 0;
  }

  /** Whether the output is the first input under another shape, so that both share their memory. */
  default boolean reshapesOnly() {
    return false;
  }

  /**
   * Whether the gradient by each input is the gradient by the output, element for element. There is
   * then nothing to do in the backward pass, and no memory for it.
   */
  default boolean passesGradient() {
    return reshapesOnly();
  }

  /**
   * The same operation without this function at its end, for a loss that goes through the function
   * by itself; the operation as it is if it ends in another one or in none.
   */
  default Operation without(Ending ending) {
    return this;
  }

  /**
   * The same operation with what the next one does at its end, if the next one is just a function
   * of each element or pixel that this one can end in; else null.
   */
  default @Nullable Operation endingIn(Operation next) {
    return null;
  }

  /** Whether the operation ends in a ReLU. */
  default boolean endsInRelu() {
    return false;
  }

  /**
   * Whether the backward pass may write into the gradient by the output. It then gets one that
   * nobody else reads.
   */
  default boolean changesOutputGradient() {
    return endsInRelu();
  }

  /**
   * Whether the backward pass may write the gradient by its one input over that by the output,
   * which then has no memory of its own.
   */
  default boolean goesBackInPlace() {
    return false;
  }

  /** Whether the backward pass goes through a ReLU that the layer before ends in as well. */
  default boolean passesReluOfInput() {
    return false;
  }

  /**
   * Whether some rows of a batch may go through the layer after the others, and come out the same:
   * no row depends on another, nor on its number, and gradients by weights are sums over rows. On
   * devices with caches a large batch then goes through several such layers in slices.
   */
  default boolean runsInSlices() {
    return false;
  }

  /** Whether the backward pass reads the inputs. If not, they need not be kept for it. */
  default boolean keepsInput() {
    return true;
  }

  /**
   * Whether the backward pass reads the output. If not, it need not be kept for it.
   *
   * @param reluPassedByNext whether the next layer goes back through the ReLU at the end
   */
  default boolean keepsOutput(boolean reluPassedByNext) {
    return true;
  }

  /** Prepares the kernels for a batch. */
  BoundLayer bind(LayerContext context);
}
