package dev.quern.train.layers;

import dev.quern.train.Shape;

/**
 * Maximum over windows of steps of each channel, as in Keras. Input (1, steps, channels): an image
 * of height 1. See {@link MaxPooling2D}, which it is.
 *
 * @param pooling the same for images
 */
public record MaxPooling1D(MaxPooling2D pooling) implements Alias {

  /** Windows side by side, with valid padding. */
  public static MaxPooling1D of(int poolSize) {
    return new MaxPooling1D(MaxPooling2D.of(1, poolSize));
  }

  /** With this distance between windows. */
  public MaxPooling1D strides(int steps) {
    return new MaxPooling1D(pooling.strides(1, steps));
  }

  /** With the input padded so that only strides shrink it. */
  public MaxPooling1D samePadding() {
    return new MaxPooling1D(pooling.samePadding());
  }

  @Override
  public String kind() {
    return "max_pooling1d";
  }

  @Override
  public MaxPooling2D target(Shape input) {
    input.requireSteps(kind());
    return pooling;
  }

  @Override
  public boolean passesReluOfInput() {
    return pooling.passesReluOfInput();
  }
}
