package dev.quern.cpu;

import dev.quern.kernels.Augment;

/**
 * An image with a margin of fill: one pixel above and on the left, two below and on the right. A
 * position that is kept from one pixel before the image to one behind it then has all four
 * neighbours, and whatever lies farther out is the same.
 */
final class PaddedImage {
  /** Of both sides. */
  private static final int MARGINS = 3;

  private final int height;
  private final int row;
  private final int channels;
  private final int stride;
  private final float fill;
  private final ElementLoops elements;

  PaddedImage(Augment.Spec spec, ElementLoops elements) {
    height = spec.h();
    row = spec.w() * spec.c();
    channels = spec.c();
    stride = (int) (stride(spec) / Float.BYTES);
    fill = spec.fill();
    this.elements = elements;
  }

  /** Pixels of a row. */
  private static int width(Augment.Spec spec) {
    return spec.w() + MARGINS;
  }

  /** Bytes from a row to the next. */
  static long stride(Augment.Spec spec) {
    return 4L * width(spec) * spec.c();
  }

  /** Where pixel (0, 0) lies, from the beginning, in bytes. */
  static long origin(Augment.Spec spec) {
    return stride(spec) + 4L * spec.c();
  }

  /** Bytes of all of it, and those behind that may be read. */
  static long bytes(Augment.Spec spec) {
    return (spec.h() + MARGINS) * stride(spec) + NativeMemory.SLACK_BYTES;
  }

  /** Copies an image into the middle and writes the margin around it. */
  void write(long image, long padded) {
    elements.fill(padded, stride + channels, fill);
    long target = padded + 4L * (stride + channels);
    for (int i = 0; i < height; i++) {
      NativeMemory.copy(image + 4L * i * row, target, 4L * row);
      // To the right of this row and to the left of the next.
      elements.fill(target + 4L * row, MARGINS * channels, fill);
      target += 4L * stride;
    }
    elements.fill(target, 2 * stride - channels, fill);
  }
}
