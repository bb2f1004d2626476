package dev.quern.train.layers;

import dev.quern.train.Shape;

/**
 * Average over windows of steps of each channel, as in Keras. Input (1, steps, channels): an image
 * of height 1. See {@link AveragePooling2D}, which it is.
 *
 * @param pooling the same for images
 */
public record AveragePooling1D(AveragePooling2D pooling) implements Alias {

  /** Windows side by side, with valid padding. */
  public static AveragePooling1D of(int poolSize) {
    return new AveragePooling1D(AveragePooling2D.of(1, poolSize));
  }

  /** With this distance between windows. */
  public AveragePooling1D strides(int steps) {
    return new AveragePooling1D(pooling.strides(1, steps));
  }

  /** With the input padded so that only strides shrink it. */
  public AveragePooling1D samePadding() {
    return new AveragePooling1D(pooling.samePadding());
  }

  @Override
  public String kind() {
    return "average_pooling1d";
  }

  @Override
  public AveragePooling2D target(Shape input) {
    input.requireSteps(kind());
    return pooling;
  }
}
