package dev.quern.train.layers;

import dev.quern.train.Ending;
import dev.quern.train.Layer;
import dev.quern.train.Operation;
import dev.quern.train.Shape;
import org.jspecify.annotations.Nullable;

/**
 * A layer that ends in an activation, as the argument of that name says in Keras.
 *
 * @param <L> the layer
 */
public interface Activated<L extends Activated<L>> extends Layer {

  /** The function behind the layer's sum. */
  Activation activation();

  /** The layer with this function behind its sum. */
  L activation(Activation activation);

  /** With a ReLU behind. */
  default L relu() {
    return activation(Activation.relu());
  }

  /** With a leaky ReLU of this slope behind. */
  default L leakyRelu(double slope) {
    return activation(Activation.leakyRelu(slope));
  }

  /** With a sigmoid behind. */
  default L sigmoid() {
    return activation(Activation.sigmoid());
  }

  /** With a hyperbolic tangent behind. */
  default L tanh() {
    return activation(Activation.tanh());
  }

  /** With a Gaussian error linear unit behind. */
  default L gelu() {
    return activation(Activation.gelu());
  }

  /** With a softmax over the channels behind. */
  default L softmax() {
    return activation(Activation.softmax());
  }

  /** What goes into the function, where its gradient asks for that. */
  @Override
  default long savedElements(Shape input, int batch) {
    return activation().savesInput() ? (long) batch * output(input).elements() : 0;
  }

  @Override
  default boolean endsInRelu() {
    return activation().isRelu();
  }

  @Override
  default boolean changesOutputGradient() {
    return !activation().isLinear();
  }

  @Override
  default @Nullable Operation endingIn(Operation next) {
    return next instanceof Activation function && activation().isLinear()
        ? activation(function)
        : null;
  }

  @Override
  default Operation without(Ending ending) {
    return activation().is(ending) ? activation(Activation.linear()) : this;
  }
}
