package dev.quern.train.layers;

import dev.quern.train.Shape;
import dev.quern.train.WeightSpec;
import java.util.List;

/**
 * Convolution along a row of steps, as in Keras.
 *
 * <p>Input (1, steps, channels), output (1, outSteps, filters): an image of height 1. The kernel is
 * [size, channels / groups, filters]. See {@link Conv2D}, which it is.
 *
 * @param convolution the same as a convolution of images
 */
public record Conv1D(Conv2D convolution) implements Activated<Conv1D>, Alias {

  /** A dense convolution with stride 1, valid padding, a bias and no activation. */
  public static Conv1D of(int filters, int kernelSize) {
    return new Conv1D(Conv2D.of(filters, 1, kernelSize));
  }

  /** With this distance between windows. */
  public Conv1D strides(int steps) {
    return new Conv1D(convolution.strides(1, steps));
  }

  /** With this distance between taps. */
  public Conv1D dilation(int steps) {
    return new Conv1D(convolution.dilation(1, steps));
  }

  /** With independent groups of channels. */
  public Conv1D inGroups(int count) {
    return new Conv1D(convolution.inGroups(count));
  }

  /** With the input padded so that only strides shrink it. */
  public Conv1D samePadding() {
    return new Conv1D(convolution.samePadding());
  }

  /** Without a bias. */
  public Conv1D withoutBias() {
    return new Conv1D(convolution.withoutBias());
  }

  @Override
  public Activation activation() {
    return convolution.activation();
  }

  @Override
  public Conv1D activation(Activation activation) {
    return new Conv1D(convolution.activation(activation));
  }

  @Override
  public String kind() {
    return "conv1d";
  }

  @Override
  public Conv2D target(Shape input) {
    input.requireSteps(kind());
    return convolution;
  }

  @Override
  public List<WeightSpec> weights(Shape input) {
    return convolution.weights(input).stream().map(Filters::withoutHeight).toList();
  }

  @Override
  public long savedElements(Shape input, int batch) {
    return Alias.super.savedElements(input, batch);
  }
}
