package dev.quern.kernels.reference;

import dev.quern.kernels.Layout;

/** Where pixels lie in activations of one layout and shape. */
record ImageIndex(Layout layout, int channels, int height, int width) {

  /** Position of a pixel of one channel of one image. */
  int of(int image, int channel, int row, int column) {
    return layout == Layout.NHWC
        ? ((image * height + row) * width + column) * channels + channel
        : ((image * channels + channel) * height + row) * width + column;
  }

  boolean holds(int row, int column) {
    return row >= 0 && row < height && column >= 0 && column < width;
  }
}
