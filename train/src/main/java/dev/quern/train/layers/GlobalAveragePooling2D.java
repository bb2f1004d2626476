package dev.quern.train.layers;

import dev.quern.train.Shape;

/**
 * Average of each channel over the whole image, as in Keras: [height, width, channels] becomes
 * [channels], which a {@link Dense} layer takes.
 */
public record GlobalAveragePooling2D() implements Alias {

  /** The layer. */
  public static GlobalAveragePooling2D of() {
    return new GlobalAveragePooling2D();
  }

  @Override
  public String kind() {
    return "global_average_pooling2d";
  }

  @Override
  public AveragePooling2D target(Shape input) {
    return AveragePooling2D.of(input.height(), input.width());
  }
}
