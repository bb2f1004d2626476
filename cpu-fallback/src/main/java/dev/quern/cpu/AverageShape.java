package dev.quern.cpu;

import dev.quern.kernels.AveragePool2d;
import dev.quern.kernels.Layout;

/**
 * The images that average-pooling loops work on, and what sums are divided by.
 *
 * @param pool the images, channels last, as {@link PoolShape} has them
 * @param rowDivisors the height's part of the divisors, for each row of outputs
 * @param columnDivisors the width's part, for each column of outputs
 * @param evenRows for each row of inputs the part that all windows share which span it, or 0 if
 *     they differ; 1 without any
 * @param evenColumns the same for each column of inputs
 */
record AverageShape(
    PoolShape pool, int[] rowDivisors, int[] columnDivisors, int[] evenRows, int[] evenColumns) {
  /** Taps from which on a window is work enough to be shared out by channels, too. */
  private static final int MANY_TAPS = 16;

  /** Units that are enough for many processors. */
  private static final long UNITS = 64;

  /** Fewest channels of a unit: some cache lines. */
  private static final int LEAST = 64;

  /** The images of a problem. */
  static AverageShape of(AveragePool2d.Spec s) {
    PoolAxis rows = new PoolAxis(s.h(), s.p(), s.windowH(), s.strideH(), s.padTop(), s.dilationH());
    PoolAxis columns =
        new PoolAxis(s.w(), s.q(), s.windowW(), s.strideW(), s.padLeft(), s.dilationW());
    boolean nhwc = s.layout() == Layout.NHWC;
    PoolShape pool = PoolShape.of(rows, columns, nhwc, s.n(), s.c());
    int[] rowDivisors = new int[rows.outputs()];
    for (int p = 0; p < rowDivisors.length; p++) {
      rowDivisors[p] = s.divisorH(p);
    }
    int[] columnDivisors = new int[columns.outputs()];
    for (int q = 0; q < columnDivisors.length; q++) {
      columnDivisors[q] = s.divisorW(q);
    }
    return new AverageShape(
        pool, rowDivisors, columnDivisors, even(rows, rowDivisors), even(columns, columnDivisors));
  }

  private static int[] even(PoolAxis axis, int[] divisors) {
    int[] even = new int[axis.size()];
    for (int i = 0; i < even.length; i++) {
      int first = axis.firstOutput(i);
      even[i] = first == axis.endOutput(i) ? 1 : divisors[first];
      for (int o = first; o < axis.endOutput(i); o++) {
        even[i] = divisors[o] == even[i] ? even[i] : 0;
      }
    }
    return even;
  }

  /** What an output is divided by. */
  float divisor(int p, int q) {
    return (float) rowDivisors[p] * columnDivisors[q];
  }

  /** What everything is divided by that the windows over a pixel give it; 0 if they differ. */
  float evenDivisor(int h, int w) {
    return (float) evenRows[h] * evenColumns[w];
  }

  /** Whether neighbouring taps are neighbouring pixels. */
  boolean dense() {
    return pool.rows().dilation() == 1 && pool.columns().dilation() == 1;
  }

  /** Whether each output sums its whole image up, so that the order of its pixels is all one. */
  boolean whole() {
    return isWhole(pool.rows()) && isWhole(pool.columns());
  }

  private static boolean isWhole(PoolAxis axis) {
    return axis.outputs() == 1 && axis.taps(0) == axis.size(); // dense, unless it is one pixel
  }

  /**
   * Channels of a unit of the forward pass, which has a row of outputs of them: all, unless windows
   * are large and their rows too few to be shared out.
   */
  int channelsTogether() {
    long taps = (long) pool.rows().window() * pool.columns().window();
    long rows = Math.max(1, (long) pool.images() * pool.rows().outputs());
    if (taps < MANY_TAPS || rows >= UNITS) {
      return pool.channels();
    }
    int together = Math.ceilDiv(pool.channels(), (int) Math.ceilDiv(UNITS, rows));
    return Math.min(pool.channels(), Math.ceilDiv(together, LEAST) * LEAST);
  }
}
