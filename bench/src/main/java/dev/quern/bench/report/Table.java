package dev.quern.bench.report;

import dev.quern.bench.result.Ceilings;
import dev.quern.bench.result.Measurement;
import dev.quern.bench.result.PeerResult;
import dev.quern.bench.result.Result;
import dev.quern.bench.result.Summary;
import dev.quern.core.DeviceInfo;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A line for each result, while it goes. */
public final class Table {
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
  public Table(PrintWriter out, Collection<String> names) {
    this.out = out;
    width = names.stream().mapToInt(String::length).max().orElse(0);
  }

  /** Which device it is, what it can do at most, and what the columns are. */
  public void head(DeviceInfo device, Ceilings ceilings) {
    out.printf("%n%s: %s, %s%n", device.id(), device.name(), device.driver());
    if (ceilings.gflops() != null) {
      out.printf(
          Locale.ROOT,
          "at most %.0f GFLOP/s; copies in %s%n",
          ceilings.gflops(),
          ceilings.levels().stream()
              .map(l -> String.format(Locale.ROOT, "%s %.0f", l.name(), l.gigabytes()))
              .collect(Collectors.joining(", ", "", " GB/s")));
    }
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
  public void line(Result result, Ceilings ceilings) {
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
          PERCENT * times.spread(),
          micros(m.wall()),
          micros(m.replay()),
          m.call() == null ? "-" : String.format(Locale.ROOT, "%.0f", m.call().median()),
          rate(m),
          share(ceilings.share(m)),
          m.implementation());
    }
    result.peers().forEach(this::peer);
    out.flush();
  }

  private void peer(PeerResult peer) {
    PeerResult.Figures figures = peer.figures();
    if (figures == null) {
      out.printf("  %s %s: %s: %s%n", peer.peer(), peer.version(), peer.outcome(), peer.text());
      return;
    }
    out.printf(
        Locale.ROOT,
        "  %s %s takes %.2f times as long (%.2f to %.2f in %d pairs): %.2f us  %s%n",
        peer.peer(),
        peer.version(),
        figures.ratio(),
        figures.lower(),
        figures.upper(),
        figures.pairs(),
        figures.peerNanos() / NANOS_PER_MICRO,
        peer.text());
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
