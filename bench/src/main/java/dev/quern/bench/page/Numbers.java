package dev.quern.bench.page;

import java.util.Locale;

/** Numbers as people read them. */
final class Numbers {
  private static final double NANOS_PER_MICRO = 1e3;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double THREE_DIGITS = 100;
  private static final double TWO_DIGITS = 10;

  private Numbers() {}

  /** With three digits or more. */
  static String rounded(double value) {
    String format = value >= THREE_DIGITS ? "%,.0f" : value >= TWO_DIGITS ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, format, value);
  }

  /** With one digit after the point: for columns. */
  static String tenths(double value) {
    return String.format(Locale.ROOT, "%,.1f", value);
  }

  static String whole(double value) {
    return String.format(Locale.ROOT, "%,.0f", value);
  }

  /** A time in the unit that suits it. */
  static String time(double nanos) {
    if (nanos < NANOS_PER_MILLI) {
      return rounded(nanos / NANOS_PER_MICRO) + " µs";
    }
    return nanos < NANOS_PER_SECOND
        ? rounded(nanos / NANOS_PER_MILLI) + " ms"
        : rounded(nanos / NANOS_PER_SECOND) + " s";
  }

  /** A share, with a digit after the point where it would otherwise be nothing. */
  static String percent(double share) {
    double percent = 100 * share;
    return String.format(Locale.ROOT, percent < 1 ? "%.1f %%" : "%.0f %%", percent);
  }

  /** How many times. */
  static String times(double ratio) {
    return String.format(Locale.ROOT, ratio < TWO_DIGITS ? "%.2f×" : "%.0f×", ratio);
  }

  /** So many things of a kind. */
  static String count(int count, String one, String more) {
    return whole(count) + " " + (count == 1 ? one : more);
  }

  /** For a style: where something lies, or how long it is, as a share of what holds it. */
  static String css(double share) {
    return String.format(Locale.ROOT, "%.2f%%", 100 * Math.clamp(share, 0, 1));
  }
}
