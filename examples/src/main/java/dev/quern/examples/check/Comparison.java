package dev.quern.examples.check;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How close results must be: {@code |got - want| <= absolute + relative * |want|}, element by
 * element. NaN and infinity fit only themselves.
 *
 * @param absolute allowed difference whatever the value; 0 with {@code relative} 0 means equal
 * @param relative allowed difference as a share of the wanted value
 */
record Comparison(double absolute, double relative) {

  /** The first thing that is wrong, with the largest difference, or null if all is well. */
  @Nullable String mismatch(String array, double[] got, double[] want) {
    if (got.length != want.length) {
      return "%s has %d elements, not %d".formatted(array, got.length, want.length);
    }
    int wrong = 0;
    int worst = -1;
    double largest = -1;
    for (int i = 0; i < want.length; i++) {
      if (fits(got[i], want[i])) {
        continue;
      }
      wrong++;
      double difference = difference(got[i], want[i]);
      if (difference > largest) {
        largest = difference;
        worst = i;
      }
    }
    if (wrong == 0) {
      return null;
    }
    return String.format(
        Locale.ROOT,
        "%s: %d of %d elements are wrong; largest difference %.3g at %d (got %s, want %s), allowed"
            + " %.3g",
        array,
        wrong,
        want.length,
        largest,
        worst,
        got[worst],
        want[worst],
        allowed(want[worst]));
  }

  private boolean fits(double got, double want) {
    // Infinite wants give an infinite or undefined bound, so they are settled by the first half.
    return Double.compare(got, want) == 0
        || (Double.isFinite(want) && Math.abs(got - want) <= allowed(want));
  }

  private double allowed(double want) {
    return absolute + relative * Math.abs(want);
  }

  private static double difference(double got, double want) {
    double difference = Math.abs(got - want);
    return Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
  }
}
