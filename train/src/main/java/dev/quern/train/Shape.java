package dev.quern.train;

import dev.quern.core.SpecException;

/**
 * Shape of one sample between two layers, in elements; the batch comes on top. A flat sample of n
 * numbers is 1 x 1 x n.
 *
 * @param height rows of an image
 * @param width columns of an image
 * @param channels channels of a pixel, the contiguous axis
 */
public record Shape(int height, int width, int channels) {

  /**
   * Checks that elements can be counted.
   *
   * @throws SpecException if there are 2^31 or more
   */
  public Shape {
    if ((double) height * width * channels > Integer.MAX_VALUE) {
      throw new SpecException(
          "a sample must have fewer than 2^31 elements, but has %d x %d x %d"
              .formatted(height, width, channels));
    }
  }

  /** A flat sample. */
  public static Shape flat(int elements) {
    return new Shape(1, 1, elements);
  }

  /** Number of elements. */
  public int elements() {
    return height * width * channels;
  }

  /** Whether this is a row of numbers and not an image. */
  public boolean isFlat() {
    return height == 1 && width == 1;
  }

  /**
   * Refuses what is not a row of steps, for layers that go along one.
   *
   * @param kind the layer's {@link Operation#kind}
   * @throws SpecException if the shape is higher than 1
   */
  public void requireSteps(String kind) {
    if (height != 1) {
      throw new SpecException("%s expects (1, steps, channels), but gets %s".formatted(kind, this));
    }
  }

  @Override
  public String toString() {
    return isFlat() ? "(" + channels + ")" : "(" + height + ", " + width + ", " + channels + ")";
  }
}
