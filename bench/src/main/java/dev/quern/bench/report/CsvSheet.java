package dev.quern.bench.report;

import dev.quern.bench.result.DeviceRun;
import dev.quern.bench.result.Measurement;
import dev.quern.bench.result.PeerResult;
import dev.quern.bench.result.Result;
import dev.quern.bench.result.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Runs as comma-separated values (RFC 4180): a line for each case and for each peer beside it. */
public final class CsvSheet {
  private static final String LINE = "\r\n";
  private static final List<String> HEAD =
      List.of(
          "date",
          "commit",
          "device",
          "case",
          "by",
          "version",
          "outcome",
          "median_nanos",
          "min_nanos",
          "spread",
          "gflops",
          "gigabytes_per_second",
          "images_per_second",
          "share_of_roof",
          "peer_takes_times",
          "disturbance",
          "how");

  private CsvSheet() {}

  /** The whole sheet, head and all. */
  public static String of(List<Run> runs) {
    StringBuilder sheet = new StringBuilder(String.join(",", HEAD)).append(LINE);
    for (Run run : runs) {
      for (DeviceRun device : run.devices()) {
        for (Result result : device.results()) {
          sheet.append(own(run, device, result));
          result.peers().forEach(peer -> sheet.append(peer(run, device, result, peer)));
        }
      }
    }
    return sheet.toString();
  }

  private static String own(Run run, DeviceRun device, Result result) {
    List<@Nullable Object> cells = start(run, device, result, "Quern", run.machine().commit());
    cells.add(result.outcome());
    Measurement m = result.measurement();
    if (m != null) {
      boolean network = m.images() > 0;
      cells.add(m.nanos());
      cells.add(m.times().min());
      cells.add(m.times().spread());
      cells.add(network ? null : m.gflops());
      cells.add(network ? null : m.gigabytes());
      cells.add(network ? m.imagesPerSecond() : null);
      cells.add(device.ceilings().share(m));
      cells.add(null);
      cells.add(result.look().worseThan(run.quiet().best()));
      cells.add(m.implementation());
    }
    return line(cells, result.message());
  }

  private static String peer(Run run, DeviceRun device, Result result, PeerResult peer) {
    List<@Nullable Object> cells = start(run, device, result, peer.peer(), peer.version());
    cells.add(peer.outcome());
    Measurement m = result.measurement();
    PeerResult.Figures figures = peer.figures();
    if (figures != null && m != null) {
      boolean network = m.images() > 0;
      double nanos = figures.peerNanos();
      cells.add(nanos);
      cells.add(null);
      cells.add(null);
      cells.add(network ? null : m.flops() / nanos);
      cells.add(network ? null : m.bytes() / nanos);
      cells.add(network ? m.images() / nanos * 1e9 : null);
      cells.add(null);
      cells.add(figures.ratio());
      cells.add(result.look().worseThan(run.quiet().best()));
    }
    return line(cells, peer.text());
  }

  private static List<@Nullable Object> start(
      Run run, DeviceRun device, Result result, String by, @Nullable String version) {
    List<@Nullable Object> cells = new ArrayList<>();
    cells.add(run.date());
    cells.add(run.machine().commit());
    cells.add(device.device().id());
    cells.add(result.name());
    cells.add(by);
    cells.add(version);
    return cells;
  }

  /** A line as long as the head, the last cell being what is left to say. */
  private static String line(List<@Nullable Object> cells, @Nullable String last) {
    List<@Nullable Object> full = new ArrayList<>(cells);
    while (full.size() < HEAD.size() - 1) {
      full.add(null);
    }
    if (full.size() < HEAD.size()) {
      full.add(last);
    }
    return full.stream().map(CsvSheet::cell).collect(Collectors.joining(",")) + LINE;
  }

  private static String cell(@Nullable Object value) {
    String text = value == null ? "" : value.toString();
    return text.matches("(?s).*[\",\r\n].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
  }
}
