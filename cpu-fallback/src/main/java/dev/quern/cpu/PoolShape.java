package dev.quern.cpu;

import dev.quern.kernels.Layout;
import dev.quern.kernels.MaxPool2d;

/**
 * The images that pooling loops work on, channels last. Images with channels first are this, too:
 * one image of one channel for each plane.
 *
 * @param images number of images
 * @param rows the window along the height
 * @param columns the window along the width
 * @param channels channels of a pixel
 * @param pairs whether all windows are 2 x 2, dense, side by side, and inside the image: the usual
 *     pooling
 */
record PoolShape(int images, PoolAxis rows, PoolAxis columns, int channels, boolean pairs) {

  /** The images of a problem. */
  static PoolShape of(MaxPool2d.Spec s) {
    PoolAxis rows = new PoolAxis(s.h(), s.p(), s.windowH(), s.strideH(), s.padTop(), s.dilationH());
    PoolAxis columns =
        new PoolAxis(s.w(), s.q(), s.windowW(), s.strideW(), s.padLeft(), s.dilationW());
    return of(rows, columns, s.layout() == Layout.NHWC, s.n(), s.c());
  }

  /** Images under a window: {@code n} of {@code c} channels. */
  static PoolShape of(PoolAxis rows, PoolAxis columns, boolean channelsLast, int n, int c) {
    return new PoolShape(
        channelsLast ? n : Math.multiplyExact(n, c),
        rows,
        columns,
        channelsLast ? c : 1,
        rows.isPairs() && columns.isPairs());
  }

  /** Input rows that the gradient is computed by at a time: those that the same outputs span. */
  int rowsTogether() {
    return pairs ? 2 : 1;
  }

  /** Elements of an input row. */
  int inputRow() {
    return columns.size() * channels;
  }

  /** Elements of an output row. */
  int outputRow() {
    return columns.outputs() * channels;
  }

  /** Bytes of an image. */
  long inputBytes() {
    return 4L * rows.size() * inputRow();
  }

  /** Bytes of an image's outputs. */
  long outputBytes() {
    return 4L * rows.outputs() * outputRow();
  }
}
