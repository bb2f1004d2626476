package dev.quern.cpu;

import static dev.quern.kernels.Placement.PIXEL;

import dev.quern.kernels.Augment;
import dev.quern.kernels.Placement;

/**
 * Augments an image: moved by whole pixels it is copied, else padded and sampled; then come
 * brightness and cutout.
 */
final class AugmentImage {
  private final int height;
  private final int width;
  private final int channels;
  private final float fill;
  private final ElementLoops elements;
  private final PaddedImage padding;

  AugmentImage(Augment.Spec spec, ElementLoops elements) {
    height = spec.h();
    width = spec.w();
    channels = spec.c();
    fill = spec.fill();
    padding = new PaddedImage(spec, elements);
    this.elements = elements;
  }

  /**
   * Augments one image.
   *
   * @param placement what has been drawn for it
   * @param x its address
   * @param padded address of room for it with its margin
   * @param y address of the result
   */
  void run(AugmentLoops loops, Placement placement, long x, long padded, long y) {
    if (placement.isWhole()) {
      for (int row = 0; row < height; row++) {
        copy(loops, placement, x, row, y + 4L * row * width * channels);
      }
    } else {
      padding.write(x, padded);
      loops.sample(placement, padded, y);
    }
    if (placement.brightness() != 0) {
      elements.scale(y, y, height * width * channels, 1, placement.brightness());
    }
    int from = Math.max(0, placement.cutLeft());
    int to = Math.min(width, placement.cutRight());
    int end = Math.min(height, placement.cutBottom());
    for (int row = Math.max(0, placement.cutTop()); row < end; row++) {
      fill(from, to, y + 4L * row * width * channels);
    }
  }

  /** Fills some pixels of a row. */
  private void fill(int from, int to, long row) {
    elements.fill(row + 4L * from * channels, (to - from) * channels, fill);
  }

  private void copy(AugmentLoops loops, Placement placement, long x, int row, long target) {
    int source = placement.row(row, 0) / PIXEL;
    int first = placement.column(row, 0) / PIXEL;
    boolean forwards = placement.columnAcross() > 0;
    // Output pixels whose sources, first + j or first - j, lie inside.
    int from = Math.clamp(forwards ? -first : first - width + 1, 0, width);
    int to = Math.clamp(forwards ? width - first : first + 1, from, width);
    if (source < 0 || source >= height) {
      to = from;
    }
    fill(0, from, target);
    long line = x + 4L * source * width * channels;
    long bytes = 4L * channels;
    if (!forwards) {
      loops.turnRow(line + (first - to + 1) * bytes, to - from, channels, target + from * bytes);
    } else if (from < to) {
      NativeMemory.copy(line + (first + from) * bytes, target + from * bytes, (to - from) * bytes);
    }
    fill(to, width, target);
  }
}
