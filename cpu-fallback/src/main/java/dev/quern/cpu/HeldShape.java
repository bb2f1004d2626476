package dev.quern.cpu;

import dev.quern.kernels.Conv2d;

/**
 * What {@link HeldFilters} are generated from.
 *
 * @param r lines of a window
 * @param s pixels of a line
 * @param c channels
 * @param strideW pixels from a window to the next
 * @param dilationW pixels between taps of a line
 * @param vectors vectors of filters, a tap
 * @param relu whether negative results become 0
 * @param finite whether no operand is infinite or NaN, and so no result NaN, which {@code relu}
 *     makes use of: without it, that makes no difference
 */
record HeldShape(
    int r, int s, int c, int strideW, int dilationW, int vectors, boolean relu, boolean finite) {

  /** The shape for convolutions of a single group. */
  static HeldShape of(Conv2d.Spec spec, int vectors, boolean finite) {
    return new HeldShape(
        spec.r(),
        spec.s(),
        spec.c(),
        spec.strideW(),
        spec.dilationW(),
        vectors,
        spec.epilogue().hasRelu(),
        finite && spec.epilogue().hasRelu());
  }

  /** Elements of a window. */
  int taps() {
    return r * s * c;
  }

  /** Elements of a line that a window's {@code tap}-th element is behind its first one. */
  int offset(int tap) {
    return tap / c % s * dilationW * c + tap % c;
  }

  /** The line of a window that its {@code tap}-th element is in. */
  int line(int tap) {
    return tap / (s * c);
  }

  /** Elements from a window to the next. */
  int step() {
    return strideW * c;
  }
}
