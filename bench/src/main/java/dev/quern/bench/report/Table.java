package dev.quern.bench.report;

import dev.quern.bench.result.Ceilings;
import dev.quern.bench.result.Look;
import dev.quern.bench.result.Measurement;
import dev.quern.bench.result.Outcome;
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

  /** Room for a peer's name and version. */
  private static final int PEER = 28;

  private final PrintWriter out;
  private final int width;

  /** What processors could do at their best, of all lines so far. */
  private Look best = Look.UNKNOWN;

  /**
   * A table.
   *
   * @param out receives the lines
   * @param names what the first column will hold
   */
  public Table(PrintWriter out, Collection<String> names) {
    this.out = out;
    width = Math.max(PEER, names.stream().mapToInt(String::length).max().orElse(0));
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
    row("CASE", "DEVICE us", "+-%", "WALL us", "REPLAY us", "CALL ns", "RATE", "SHARE", "HOW");
  }

  /** One result, and under it how others did; its share is of the ceilings as known now. */
  public void line(Result result, Ceilings ceilings) {
    Measurement m = result.measurement();
    if (m == null) {
      row(result.name(), result.outcome() + ": " + result.message());
      return;
    }
    Summary times = m.device() == null ? m.wall() : m.device();
    row(
        result.name(),
        micros(m.device()),
        String.format(Locale.ROOT, "%.1f", PERCENT * times.spread()),
        micros(m.wall()),
        micros(m.replay()),
        m.call() == null ? "-" : String.format(Locale.ROOT, "%.0f", m.call().median()),
        rate(m, m.nanos()),
        share(ceilings.share(m)),
        m.implementation() + remark(result.look()));
    for (PeerResult peer : result.peers()) {
      if (peer.outcome() != Outcome.ABSENT) { // OpenBLAS has no convolutions: no news
        peer(m, peer);
      }
    }
  }

  private String remark(Look look) {
    best = best.best(look);
    String worse = look.worseThan(best);
    return worse == null ? "" : " (" + worse + ")";
  }

  private void peer(Measurement own, PeerResult peer) {
    String name = "  " + peer.peer() + " " + peer.version();
    PeerResult.Figures figures = peer.figures();
    if (figures == null) {
      row(name, peer.outcome() + ": " + peer.text());
      return;
    }
    row(
        name,
        "",
        "",
        micros(figures.peerNanos()),
        "",
        "",
        rate(own, figures.peerNanos()),
        String.format(Locale.ROOT, "%.2f x", figures.ratio()),
        String.format(
            Locale.ROOT,
            "times our time (%.2f to %.2f): %s",
            figures.lower(),
            figures.upper(),
            peer.text()));
  }

  private void row(String name, String text) {
    out.printf("%-" + width + "s %s%n", name, text);
    out.flush();
  }

  private void row(
      String name,
      String device,
      String spread,
      String wall,
      String replay,
      String call,
      String rate,
      String share,
      String how) {
    out.printf(
        "%-" + width + "s %11s %5s %11s %11s %9s %18s %6s  %s%n",
        name,
        device,
        spread,
        wall,
        replay,
        call,
        rate,
        share,
        how);
    out.flush();
  }

  private static String micros(@Nullable Summary summary) {
    return summary == null ? "-" : micros(summary.median());
  }

  private static String micros(double nanos) {
    return String.format(Locale.ROOT, "%.2f", nanos / NANOS_PER_MICRO);
  }

  /** What a time of the measured problem amounts to. */
  private static String rate(Measurement m, double nanos) {
    if (m.images() > 0) {
      return String.format(Locale.ROOT, "%.0f images/s", m.images() / nanos * 1e9);
    }
    return m.computes()
        ? String.format(Locale.ROOT, "%.1f GFLOP/s", m.flops() / nanos)
        : String.format(Locale.ROOT, "%.1f GB/s   ", m.bytes() / nanos);
  }

  private static String share(@Nullable Double share) {
    return share == null ? "-" : String.format(Locale.ROOT, "%.0f %%", PERCENT * share);
  }
}
