package dev.quern.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;

/** What the tests of loops share. */
final class Loops {
  /** Lengths around vectors of 4, 8 and 16 lanes and the unrolled loops over them. */
  private static final int[] LENGTHS = {0, 1, 3, 13, 16, 17, 63, 64, 65, 1027};

  private Loops() {}

  static IntStream lengths() {
    return IntStream.of(LENGTHS);
  }

  static IntStream positiveLengths() {
    return lengths().filter(length -> length > 0);
  }

  /** Equal in every bit; all NaN are one. */
  static void requireSame(float[] actual, float[] expected, String what) {
    assertThat(actual).hasSameSizeAs(expected);
    int i = Arrays.mismatch(actual, expected);
    if (i >= 0) {
      throw new AssertionError(
          "%s: element %d is %s instead of %s".formatted(what, i, actual[i], expected[i]));
    }
  }

  /** Equal but for rounding: each to a number of units in the last place of a magnitude. */
  static void requireClose(float[] actual, float[] expected, double units, double magnitude) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      if (Float.compare(actual[i], expected[i]) != 0) {
        double allowed = units * 0x1p-24 * Math.max(Math.abs(expected[i]), magnitude);
        assertThat(Math.abs((double) actual[i] - expected[i]))
            .as("element %d: %s instead of %s", i, actual[i], expected[i])
            .isLessThanOrEqualTo(allowed);
      }
    }
  }
}
