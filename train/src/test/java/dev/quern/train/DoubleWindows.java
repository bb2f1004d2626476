package dev.quern.train;

import dev.quern.train.layers.Window2D;

/** The pixels that a window meets at each of its positions, by Keras's rules. */
final class DoubleWindows {
  private DoubleWindows() {}

  /** Gets each tap of each window that lies inside of the image. */
  interface Visitor {
    /**
     * A tap.
     *
     * @param position number of the window, row by row
     * @param pixel number of the image's pixel, row by row
     * @param tap number of the tap within the window, row by row
     */
    void visit(int position, int pixel, int tap);
  }

  static void visit(Window2D window, Shape image, Shape positions, Visitor visitor) {
    int top = before(window, image.height(), positions.height(), true);
    int left = before(window, image.width(), positions.width(), false);
    for (int p = 0; p < positions.height(); p++) {
      for (int q = 0; q < positions.width(); q++) {
        for (int tap = 0; tap < window.height() * window.width(); tap++) {
          int r = tap / window.width();
          int s = tap % window.width();
          int h = p * window.strideHeight() - top + r * window.dilationHeight();
          int w = q * window.strideWidth() - left + s * window.dilationWidth();
          if (h >= 0 && h < image.height() && w >= 0 && w < image.width()) {
            visitor.visit(p * positions.width() + q, h * image.width() + w, tap);
          }
        }
      }
    }
  }

  /** TensorFlow's rule: half of what the last window lacks, rounded down. */
  private static int before(Window2D window, int size, int positions, boolean vertical) {
    if (!window.same()) {
      return 0;
    }
    int stride = vertical ? window.strideHeight() : window.strideWidth();
    int taps = vertical ? window.height() : window.width();
    int dilation = vertical ? window.dilationHeight() : window.dilationWidth();
    int extent = (taps - 1) * dilation + 1;
    return Math.max(0, (positions - 1) * stride + extent - size) / 2;
  }
}
