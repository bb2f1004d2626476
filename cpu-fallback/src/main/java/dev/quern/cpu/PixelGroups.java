package dev.quern.cpu;

import dev.quern.kernels.Conv2d;

/**
 * Neighbouring pixels of an input row taken for one of as many times the channels. The gradient by
 * an input of 3 channels fills 3 lanes of a vector; by four pixels at a time, 12. It is then a
 * convolution forward over dy, with filters that reach all outputs which see one of the pixels, and
 * zeros where an output does not see this one. With a stride there is one such convolution for the
 * rows of each phase.
 *
 * @param spec the convolution whose gradient is meant
 * @param pixels taken together: a multiple of the stride
 */
record PixelGroups(Conv2d.Spec spec, int pixels) {
  /** Lanes of the widest vectors: what is chosen follows from the spec alone. */
  private static final int LANES = 16;

  /** The groups that use vectors best; of one pixel if none are better. */
  static PixelGroups best(Conv2d.Spec spec) {
    PixelGroups best = new PixelGroups(spec, 1);
    for (int pixels = spec.strideW(); pixels * spec.c() <= LANES; pixels += spec.strideW()) {
      PixelGroups groups = new PixelGroups(spec, pixels);
      if (groups.fit() && groups.use() > best.use()) {
        best = groups;
      }
    }
    return best;
  }

  /** Which share of its multiply-adds is not by zero or in an empty lane. */
  double use() {
    double taps = pixels == 1 ? 1 : spec.s() / (double) spec.strideW() / columns();
    return taps * pixels * spec.c() / LANES;
  }

  /** Whether the forward convolutions of all phases exist, with paddings of 0 or more. */
  private boolean fit() {
    boolean whole = spec.w() % pixels == 0 && spec.h() % spec.strideH() == 0;
    boolean plain = spec.dilationH() * spec.dilationW() * spec.groups() == 1;
    boolean taps = firstRow(spec.strideH() - 1) <= 0 && firstColumn() <= 0 && rows(0) > 0;
    if (!whole || !plain || !taps || padRight() < 0) {
      return false;
    }
    for (int phase = 0; phase < spec.strideH(); phase++) {
      if (rows(phase) <= 0 || padBottom(phase) < 0) {
        return false;
      }
    }
    return true;
  }

  /** The convolution over dy that computes the rows {@code phase}, {@code phase + stride} ... */
  Conv2d.Spec forward(int phase) {
    return Conv2d.builder()
        .input(spec.n(), spec.k(), spec.p(), spec.q())
        .filters(pixels * spec.c(), rows(phase), columns())
        .stride(1, pixels / spec.strideW())
        .padding(-firstRow(phase), -firstColumn(), padBottom(phase), padRight())
        .build();
  }

  /** Output row, counted from the pixels' row divided by the stride, that sees them first. */
  private int firstRow(int phase) {
    return Math.ceilDiv(phase + spec.padTop() - spec.r() + 1, spec.strideH());
  }

  private int rows(int phase) {
    return Math.floorDiv(phase + spec.padTop(), spec.strideH()) - firstRow(phase) + 1;
  }

  private int firstColumn() {
    return Math.ceilDiv(spec.padLeft() - spec.s() + 1, spec.strideW());
  }

  private int columns() {
    return Math.floorDiv(pixels - 1 + spec.padLeft(), spec.strideW()) - firstColumn() + 1;
  }

  private int padBottom(int phase) {
    return spec.h() / spec.strideH() - 1 + firstRow(phase) + rows(phase) - spec.p();
  }

  private int padRight() {
    int last = (spec.w() / pixels - 1) * (pixels / spec.strideW());
    return last + firstColumn() + columns() - spec.q();
  }

  /**
   * Writes the filters of a phase, [r, s, k] rows of pixels and channels.
   *
   * @param w address of the filters, [k, r, s, c]
   * @param lead elements between rows
   */
  void pack(int phase, long w, long packed, int lead) {
    long row = packed;
    for (int i = 0; i < rows(phase); i++) {
      int r = phase + spec.padTop() - (i + firstRow(phase)) * spec.strideH();
      for (int j = 0; j < columns(); j++) {
        int s = spec.padLeft() - (j + firstColumn()) * spec.strideW();
        for (int k = 0; k < spec.k(); k++, row += 4L * lead) {
          packRow(w + 4L * (k * spec.r() + r) * spec.s() * spec.c(), s, row);
        }
      }
    }
  }

  /** One output's part in each pixel; {@code tap} is the first pixel's, and may be outside. */
  private void packRow(long taps, int tap, long row) {
    for (int pixel = 0; pixel < pixels; pixel++) {
      int s = tap + pixel;
      boolean inside = s >= 0 && s < spec.s();
      for (int c = 0; c < spec.c(); c++) {
        float value = inside ? NativeMemory.getFloat(taps + 4L * (s * spec.c() + c)) : 0;
        NativeMemory.setFloat(row + 4L * (pixel * spec.c() + c), value);
      }
    }
  }
}
