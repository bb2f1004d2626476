package dev.quern.train;

import java.util.Arrays;

/** How weights start. */
public enum Initializer {
  /** All 0. */
  ZEROS,
  /** All 1. */
  ONES,
  /**
   * Uniform within {@code +-sqrt(6 / (fanIn + fanOut))}, Keras's default. Source: Glorot and
   * Bengio, AISTATS 2010.
   */
  GLOROT_UNIFORM;

  /** Initial values in Keras's order; the same for the same seed, everywhere. */
  float[] values(WeightSpec weight, long seed) {
    float[] values = new float[weight.count()];
    if (this == ONES) {
      Arrays.fill(values, 1);
    }
    if (this == GLOROT_UNIFORM) {
      double limit = Math.sqrt(6.0 / ((double) weight.fanIn() + weight.fanOut()));
      SeededRandom random = new SeededRandom(seed);
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) ((2 * random.nextUnit() - 1) * limit);
      }
    }
    return values;
  }
}
