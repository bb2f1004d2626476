package dev.quern.cpu;

import static dev.quern.cpu.VectorWidth.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/**
 * Rotations that bring all lanes of a vector together, by halves. {@code reduceLanes} leaves the
 * order of additions open, and interpreted and compiled code do differ in it; adding a vector to
 * its rotations gives the same bits on every run.
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

  /** The sum of all lanes. */
  static float sum(FloatVector lanes) {
    FloatVector s = lanes;
    if (LANES >= 16) {
      s = s.add(s.rearrange(BY_8));
    }
    if (LANES >= 8) {
      s = s.add(s.rearrange(BY_4));
    }
    s = s.add(s.rearrange(BY_2));
    return s.add(s.rearrange(BY_1)).lane(0);
  }

  private static VectorShuffle<Float> rotation(int lanes) {
    return VectorShuffle.iota(VectorWidth.FLOATS, lanes % LANES, 1, true);
  }
}
