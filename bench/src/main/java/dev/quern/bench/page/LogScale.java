package dev.quern.bench.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A logarithmic axis.
 *
 * @param low the decimal logarithm of the value at its beginning
 * @param high the same at its end
 * @param from where it begins on paper, in pixels
 * @param to where it ends; less than {@code from} for an axis that goes up
 */
record LogScale(double low, double high, double from, double to) {
  /** Values share paper in steps of a third of a decade: 1, 2, 5, 10 or nearly so. */
  private static final int STEPS = 3;

  /** An axis over positive values that leaves room at both ends, and at the high one for a name. */
  static LogScale over(List<Double> values, double from, double to) {
    double least = values.stream().mapToDouble(Math::log10).min().orElse(0);
    double most = values.stream().mapToDouble(Math::log10).max().orElse(1);
    double low = Math.floor(least * STEPS - 0.5) / STEPS;
    double high = Math.ceil(most * STEPS + 0.75) / STEPS;
    // With less than a decade there might be no power of ten on it.
    return new LogScale(low, Math.max(high, low + 1), from, to);
  }

  /** Where a value lies on paper. */
  double at(double value) {
    return from + (Math.log10(value) - low) / (high - low) * (to - from);
  }

  /** The value at a place, as a share of the axis. */
  double value(double share) {
    return Math.pow(10, low + share * (high - low));
  }

  double least() {
    return value(0);
  }

  double most() {
    return value(1);
  }

  /** The powers of ten on it. */
  List<Double> decades() {
    List<Double> decades = new ArrayList<>();
    for (int power = (int) Math.ceil(low); power <= high; power++) {
      decades.add(Math.pow(10, power));
    }
    return decades;
  }

  /** A power of ten in digits. */
  static String digits(double decade) {
    int power = (int) Math.round(Math.log10(decade));
    return String.format(Locale.ROOT, "%,." + Math.max(0, -power) + "f", decade);
  }
}
