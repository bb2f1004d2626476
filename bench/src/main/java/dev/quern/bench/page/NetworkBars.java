package dev.quern.bench.page;

import dev.quern.bench.result.DeviceRun;
import dev.quern.bench.result.Measurement;
import dev.quern.bench.result.PeerResult;
import dev.quern.bench.result.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Whole networks in images a second, ours above each peer's. */
final class NetworkBars {
  private static final double NANOS_PER_SECOND = 1e9;

  /** What a bar stands for. */
  private record Rate(String by, String styleClass, double images, String remark) {}

  private NetworkBars() {}

  /** The networks of a device; empty if there were none. */
  static List<Element> of(DeviceRun device) {
    List<Result> networks = networks(device);
    double most =
        networks.stream()
            .flatMap(result -> rates(result).stream())
            .mapToDouble(Rate::images)
            .max()
            .orElse(1);
    List<Element> charts = new ArrayList<>();
    for (Result network : networks) {
      Element chart = Element.of("div", "chart rates").add(Element.of("h4").add(network.name()));
      rates(network).forEach(rate -> chart.add(row(rate, most)));
      charts.add(chart);
    }
    return charts;
  }

  /** Those that take in pictures, as measured. */
  static List<Result> networks(DeviceRun device) {
    return device.results().stream()
        .filter(result -> result.measurement() != null && result.measurement().images() > 0)
        .toList();
  }

  private static List<Rate> rates(Result result) {
    Measurement own = Objects.requireNonNull(result.measurement());
    List<Rate> rates = new ArrayList<>();
    rates.add(new Rate("Quern", "own", own.imagesPerSecond(), ""));
    for (PeerResult peer : result.peers()) {
      PeerResult.Figures figures = peer.figures();
      if (figures != null) {
        rates.add(
            new Rate(
                peer.peer() + " " + peer.version(),
                "peer",
                own.images() / figures.peerNanos() * NANOS_PER_SECOND,
                "takes " + Numbers.times(figures.ratio()) + " as long"));
      }
    }
    return rates;
  }

  private static Element row(Rate rate, double most) {
    return Element.of("div", "row " + rate.styleClass())
        .add(Element.of("span", "label").add(rate.by()))
        .add(
            Element.of("span", "bar")
                .add(
                    Element.of("span", "fill")
                        .with("style", "width:" + Numbers.css(rate.images() / most))))
        .add(Element.of("span", "number").add(Numbers.whole(rate.images()) + " images/s"))
        .add(Element.of("span", "remark").add(rate.remark()));
  }
}
