package dev.quern.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * One number from the lanes of a vector, by halves. {@link FloatVector#reduceLanes} leaves the order
 * of additions open, and interpreted and compiled code do differ in it; results here are the same
 * bits on every run.
 */
final class VectorReduction {
  private static final int LANES = VectorWidth.LANES;
  private static final VectorShuffle<Float> BY_8 = rotation(8);
  private static final VectorShuffle<Float> BY_4 = rotation(4);
  private static final VectorShuffle<Float> BY_2 = rotation(2);
  private static final VectorShuffle<Float> BY_1 = rotation(1);

  private VectorReduction() {}

  private static VectorShuffle<Float> rotation(int lanes) {
    return VectorShuffle.iota(VectorWidth.FLOATS, lanes % LANES, 1, true);
  }

  /** The sum of all lanes. */
  static float sum(FloatVector v) {
    FloatVector s = v;
    if (LANES >= 16) {
      s = s.add(s.rearrange(BY_8));
    }
    if (LANES >= 8) {
      s = s.add(s.rearrange(BY_4));
    }
    s = s.add(s.rearrange(BY_2));
    return s.add(s.rearrange(BY_1)).lane(0);
  }

  /** The largest lane of a vector without NaN. */
  static float max(FloatVector v) {
    FloatVector m = v;
    if (LANES >= 16) {
      m = larger(m, m.rearrange(BY_8));
    }
    if (LANES >= 8) {
      m = larger(m, m.rearrange(BY_4));
    }
    m = larger(m, m.rearrange(BY_2));
    return larger(m, m.rearrange(BY_1)).lane(0);
  }

  /**
   * Lane by lane {@code b > a ? b : a}, which keeps {@code a} where {@code b} is NaN. Two
   * instructions; {@code max} takes six to order zeros and NaN.
   */
  static FloatVector larger(FloatVector a, FloatVector b) {
    return a.blend(b, b.compare(VectorOperators.GT, a));
  }
}
