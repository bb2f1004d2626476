package dev.quern.kernels.cases;

import java.util.Locale;
import java.util.SplittableRandom;

/** What FLOAT32 inputs are filled with. */
public enum Fill {
  /**
   * Whole numbers from -4 to 4. Products and sums of them are exact in float32 in any order as long
   * as no sum of absolute values reaches 2^24, so linear ops must give the reference's very bits.
   */
  WHOLE {
    @Override
    float next(SplittableRandom random) {
      return random.nextInt(9) - 4;
    }
  },
  /** Evenly spread over [-1, 1), all bits of the mantissa in use. */
  REAL {
    @Override
    float next(SplittableRandom random) {
      return (float) (random.nextDouble() * 2 - 1);
    }
  };

  abstract float next(SplittableRandom random);

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
