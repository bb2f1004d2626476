package dev.quern.bench;

import java.io.PrintWriter;
import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A line for each result, while it goes. */
final class Table {
  private static final double NANOS_PER_MICRO = 1e3;
  private static final int PERCENT = 100;

  private final PrintWriter out;
  private final int width;

  /**
   * A table.
   *
   * @param out receives the lines
   * @param names what the first column will hold
   */
  Table(PrintWriter out, Collection<String> names) {
    this.out = out;
    width = names.stream().mapToInt(String::length).max().orElse(0);
  }

  /** What the columns are. */
  void head() {
    out.printf(
        "%-" + width + "s %11s %5s %11s %11s %9s %18s %6s  %s%n",
        "CASE",
        "DEVICE us",
        "+-%",
        "WALL us",
        "REPLAY us",
        "CALL ns",
        "RATE",
        "SHARE",
        "HOW");
    out.flush();
  }

  /** One result; its share is of the ceilings as known now. */
  void line(Result result, Ceilings ceilings) {
    Measurement m = result.measurement();
    if (m == null) {
      out.printf("%-" + width + "s %s: %s%n", result.name(), result.outcome(), result.message());
    } else {
      Summary times = m.device() == null ? m.wall() : m.device();
      out.printf(
          Locale.ROOT,
          "%-" + width + "s %11s %5.1f %11s %11s %9s %18s %6s  %s%n",
          result.name(),
          micros(m.device()),
          PERCENT * (times.upper() - times.lower()) / 2 / times.median(),
          micros(m.wall()),
          micros(m.replay()),
          m.call() == null ? "-" : String.format(Locale.ROOT, "%.0f", m.call().median()),
          rate(m),
          share(ceilings.share(m)),
          m.implementation());
    }
    out.flush();
  }

  private static String micros(@Nullable Summary summary) {
    return summary == null
        ? "-"
        : String.format(Locale.ROOT, "%.2f", summary.median() / NANOS_PER_MICRO);
  }

  private static String rate(Measurement m) {
    if (m.images() > 0) {
      return String.format(Locale.ROOT, "%.0f images/s", m.imagesPerSecond());
    }
    return m.computes()
        ? String.format(Locale.ROOT, "%.1f GFLOP/s", m.gflops())
        : String.format(Locale.ROOT, "%.1f GB/s   ", m.gigabytes());
  }

  private static String share(@Nullable Double share) {
    return share == null ? "-" : String.format(Locale.ROOT, "%.0f %%", PERCENT * share);
  }
}
