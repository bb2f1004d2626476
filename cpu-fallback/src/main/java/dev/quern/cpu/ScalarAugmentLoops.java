package dev.quern.cpu;

import static dev.quern.cpu.NativeMemory.getFloat;
import static dev.quern.cpu.NativeMemory.setFloat;
import static dev.quern.kernels.Placement.FRACTION;
import static dev.quern.kernels.Placement.PIXEL;

import dev.quern.kernels.Augment;
import dev.quern.kernels.Placement;

/** {@link AugmentLoops} in plain Java. */
final class ScalarAugmentLoops implements AugmentLoops {
  /** A unit of positions in pixels. */
  static final float UNIT = 1f / PIXEL;

  @Override
  public void sample(Placement placement, long padded, long y) {
    Augment.Spec spec = placement.spec();
    long row = 4L * spec.w() * spec.c();
    for (int i = 0; i < spec.h(); i++) {
      sampleRow(placement, padded, i, y + i * row);
    }
  }

  private static void sampleRow(Placement placement, long padded, int i, long y) {
    int height = placement.spec().h();
    int width = placement.spec().w();
    int channels = placement.spec().c();
    long stride = PaddedImage.stride(placement.spec());
    long origin = padded + PaddedImage.origin(placement.spec());
    int p = placement.row(i, 0);
    int q = placement.column(i, 0);
    int rowAcross = placement.rowAcross();
    int columnAcross = placement.columnAcross();
    long target = y;
    for (int j = 0; j < width; j++) {
      int row = kept(p, height);
      int column = kept(q, width);
      long source = origin + (row >> 16) * stride + 4L * (column >> 16) * channels;
      float down = (row & FRACTION) * UNIT;
      float across = (column & FRACTION) * UNIT;
      samplePixel(source, stride, channels, down, across, target);
      target += 4L * channels;
      p += rowAcross;
      q += columnAcross;
    }
  }

  /**
   * All channels of a pixel.
   *
   * @param source address of its upper left neighbour
   * @param stride bytes from a row to the next
   * @param down weight of the lower neighbours
   * @param across weight of the neighbours on the right
   */
  private static void samplePixel(
      long source, long stride, int channels, float down, float across, long target) {
    // The first one outside of the loop, as it is mostly the only one.
    setFloat(target, between(source, stride, channels, down, across));
    for (int c = 1; c < channels; c++) {
      setFloat(target + 4L * c, between(source + 4L * c, stride, channels, down, across));
    }
  }

  private static float between(long source, long stride, int channels, float down, float across) {
    long next = source + 4L * channels;
    float top = Math.fma(across == 0 ? 0 : getFloat(next), across, getFloat(source) * (1 - across));
    if (down == 0) {
      return top;
    }
    float right = across == 0 ? 0 : getFloat(next + stride);
    float low = Math.fma(right, across, getFloat(source + stride) * (1 - across));
    return Math.fma(low, down, top * (1 - down));
  }

  /** A position, or the nearest one whose neighbours all lie in the image or its margin. */
  private static int kept(int position, int extent) {
    return Math.min(Math.max(position, -PIXEL), extent * PIXEL);
  }

  @Override
  public void turnRow(long source, int pixels, int channels, long target) {
    long from = source + 4L * (pixels - 1) * channels;
    for (int j = 0; j < pixels; j++) {
      for (int c = 0; c < channels; c++) {
        setFloat(target + 4L * (j * channels + c), getFloat(from + 4L * c));
      }
      from -= 4L * channels;
    }
  }
}
