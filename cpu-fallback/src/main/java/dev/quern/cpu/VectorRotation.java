package dev.quern.cpu;

import jdk.incubator.vector.VectorShuffle;

/**
 * Rotations that bring all lanes of a vector together, by halves. {@code reduceLanes} leaves the
 * order of additions open, and interpreted and compiled code do differ in it; adding a vector to
 * its rotations gives the same bits on every run.
 *
 * <p>The additions stand wherever a vector is summed up, and not in a method here: called once a
 * row, behind a long loop, it is now and then not inlined, and then allocates a vector a call.
 */
final class VectorRotation {
  /** By 8 lanes, for vectors of 16. */
  static final VectorShuffle<Float> BY_8 = rotation(8);

  /** By 4 lanes, for vectors of 8 and more. */
  static final VectorShuffle<Float> BY_4 = rotation(4);

  /** By 2 lanes. */
  static final VectorShuffle<Float> BY_2 = rotation(2);

  /** By 1 lane. */
  static final VectorShuffle<Float> BY_1 = rotation(1);

  private VectorRotation() {}

  private static VectorShuffle<Float> rotation(int lanes) {
    return VectorShuffle.iota(VectorWidth.FLOATS, lanes % VectorWidth.LANES, 1, true);
  }
}
