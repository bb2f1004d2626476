package dev.quern.train.layers;

import dev.quern.core.SpecException;
import dev.quern.train.Shape;

/**
 * A window that slides over an image, as convolutions and pools have one.
 *
 * <p>With {@code valid} padding (the default) there are {@code floor((in - dilation * (size - 1) -
 * 1) / stride) + 1} windows along an axis, with {@code same} {@code ceil(in / stride)}, the padding
 * split evenly and the odd pixel going below and to the right.
 *
 * @param height height in taps
 * @param width width in taps
 * @param strideHeight distance between windows along the height
 * @param strideWidth distance between windows along the width
 * @param dilationHeight distance between taps along the height, 1 is dense
 * @param dilationWidth distance between taps along the width, 1 is dense
 * @param same whether the input is padded so that only strides shrink it
 */
public record Window2D(
    int height,
    int width,
    int strideHeight,
    int strideWidth,
    int dilationHeight,
    int dilationWidth,
    boolean same) {

  /**
   * Pixels around an image.
   *
   * @param top rows above
   * @param left columns on the left
   * @param bottom rows below
   * @param right columns on the right
   */
  record Padding(int top, int left, int bottom, int right) {}

  /** A dense window at every pixel, with valid padding. */
  public static Window2D of(int height, int width) {
    return new Window2D(height, width, 1, 1, 1, 1, false);
  }

  /** With these distances between windows. */
  public Window2D strides(int height, int width) {
    return new Window2D(
        this.height, this.width, height, width, dilationHeight, dilationWidth, same);
  }

  /** With these distances between taps. */
  public Window2D dilation(int height, int width) {
    return new Window2D(this.height, this.width, strideHeight, strideWidth, height, width, same);
  }

  /** With the input padded so that only strides shrink it. */
  public Window2D samePadding() {
    return new Window2D(
        height, width, strideHeight, strideWidth, dilationHeight, dilationWidth, true);
  }

  /** Rows that a window spans, its gaps included. */
  int extentHeight() {
    return (height - 1) * dilationHeight + 1;
  }

  /** Columns that a window spans, its gaps included. */
  int extentWidth() {
    return (width - 1) * dilationWidth + 1;
  }

  /**
   * What an image of this shape is padded with.
   *
   * @throws SpecException if the window or a stride is less than 1
   */
  Padding padding(Shape image) {
    if (height < 1 || width < 1) { // a pool's strides are what its window is
      throw new SpecException(
          "the window must be at least 1 x 1, but is %d x %d".formatted(height, width));
    }
    requireStrides();
    if (!same) {
      return new Padding(0, 0, 0, 0);
    }
    int rows = lacking(image.height(), strideHeight, extentHeight());
    int columns = lacking(image.width(), strideWidth, extentWidth());
    return new Padding(rows / 2, columns / 2, rows - rows / 2, columns - columns / 2);
  }

  /** Refuses what divides by 0 before a kernel could. */
  void requireStrides() {
    if (strideHeight < 1 || strideWidth < 1) {
      throw new SpecException(
          "strides must be at least 1, but are %d and %d".formatted(strideHeight, strideWidth));
    }
  }

  /** TensorFlow's rule: what the last window lacks. */
  private static int lacking(int size, int stride, int extent) {
    int windows = (size + stride - 1) / stride;
    return Math.max(0, (windows - 1) * stride + extent - size);
  }
}
