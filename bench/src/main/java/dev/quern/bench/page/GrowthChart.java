package dev.quern.bench.page;

import dev.quern.bench.page.Labels.Anchor;
import dev.quern.bench.page.Labels.Spot;
import dev.quern.bench.result.DeviceRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Lines over sizes of the same problem: flat where cost grows as the work does. */
final class GrowthChart {
  private static final double LEFT = 56;
  private static final double RIGHT = 24;
  private static final double TOP = 24;
  private static final double BOTTOM = 40;

  /** From the middle of a line of text down to its base line. */
  private static final double TO_BASE = 4;

  private static final double RADIUS = 3.5;

  /** Grid lines above the axis. */
  private static final int STEPS = 4;

  /** Ways to draw a line, beside its colour, in the style sheet. */
  private static final int STYLES = 3;

  private final List<Growth> lines;
  private final double width;
  private final double height;
  private final LogScale x;
  private final Element svg;

  private GrowthChart(List<Growth> lines, double width, double height) {
    this.lines = lines;
    this.width = width;
    this.height = height;
    double least = sizes().min().orElseThrow();
    double most = sizes().max().orElseThrow();
    x = new LogScale(Math.log10(least), Math.log10(most), LEFT, width - RIGHT);
    svg =
        Element.of("svg")
            .with("viewBox", "0 0 " + Math.round(width) + " " + Math.round(height))
            .with("role", "img")
            .with("aria-label", "Share of the best rate over the " + lines.getFirst().of());
  }

  /** A chart for each thing that grows, for wide and for narrow screens; empty if nothing does. */
  static List<Element> of(DeviceRun device) {
    List<Element> charts = new ArrayList<>();
    for (String what : List.of(Growth.BATCH, Growth.SIDE)) {
      List<Growth> lines =
          Growth.in(device).stream().filter(line -> line.of().equals(what)).toList();
      if (!lines.isEmpty()) {
        charts.add(
            Element.of("div", "growth")
                .add(Element.of("div", "chart wide").add(new GrowthChart(lines, 880, 260).draw()))
                .add(Element.of("div", "chart narrow").add(new GrowthChart(lines, 358, 240).draw()))
                .add(legend(lines)));
      }
    }
    return charts;
  }

  private IntStream sizes() {
    return lines.stream().flatMap(line -> line.points().stream()).mapToInt(Growth.Point::size);
  }

  private Element draw() {
    axes();
    for (int i = 0; i < lines.size(); i++) {
      Growth line = lines.get(i);
      StringBuilder path = new StringBuilder();
      for (Growth.Point point : line.points()) {
        path.append(path.isEmpty() ? 'M' : 'L')
            .append(
                String.format(
                    Locale.ROOT,
                    "%.1f %.1f",
                    x.at(point.size()),
                    y(point.rate() / line.best().rate())));
      }
      svg.add(Element.of("path", style(i)).with("d", path.toString()));
      for (int j = 0; j < line.points().size(); j++) {
        svg.add(mark(line, j, i));
      }
    }
    return svg;
  }

  private static String style(int line) {
    return "series series-" + line % STYLES + " op-" + line;
  }

  private Element mark(Growth line, int point, int number) {
    Growth.Point here = line.points().get(point);
    String cliff = line.fall(point) > Growth.CLIFF ? " cliff" : "";
    return Element.of("circle", "point op-" + number + cliff)
        .with("cx", x.at(here.size()))
        .with("cy", y(here.rate() / line.best().rate()))
        .with("r", RADIUS)
        .add(
            Element.of("title")
                .add("%s, %d: %s".formatted(line.name(), here.size(), rate(line, here))));
  }

  private static String rate(Growth line, Growth.Point point) {
    return line.of().equals(Growth.BATCH)
        ? Numbers.whole(point.rate()) + " images/s"
        : Numbers.rounded(point.rate()) + " GFLOP/s";
  }

  private double y(double share) {
    return height - BOTTOM - share * (height - BOTTOM - TOP);
  }

  private void axes() {
    double base = height - BOTTOM;
    for (int i = 0; i <= STEPS; i++) {
      double share = (double) i / STEPS;
      String style = i == 0 ? "axis" : "grid";
      svg.add(
          Element.of("line", style)
              .with("x1", LEFT)
              .with("y1", y(share))
              .with("x2", width - RIGHT)
              .with("y2", y(share)));
      text(LEFT - 6, y(share) + TO_BASE, Anchor.END, Numbers.whole(100 * share) + " %");
    }
    Labels ticks = new Labels(svg, LEFT - RIGHT, base, width, height);
    sizes()
        .distinct()
        .sorted()
        .forEach(
            size ->
                ticks.write(
                    Integer.toString(size),
                    "tick",
                    List.of(new Spot(x.at(size), base + 16, Anchor.MIDDLE))));
    text(width - RIGHT, height - 6, Anchor.END, lines.getFirst().of());
  }

  private void text(double at, double base, Anchor anchor, String text) {
    svg.add(Labels.text("tick", new Spot(at, base, anchor), text));
  }

  private static Element legend(List<Growth> lines) {
    Element legend = Element.of("ul", "growth-legend");
    for (int i = 0; i < lines.size(); i++) {
      legend.add(entry(lines.get(i), style(i)));
    }
    return legend;
  }

  private static Element entry(Growth line, String style) {
    Element swatch =
        Element.of("svg", "line")
            .with("viewBox", "0 0 28 12")
            .with("aria-hidden", "true")
            .add(Element.of("path", style).with("d", "M0 6L28 6"));
    return Element.of("li")
        .add(swatch)
        .add(Element.of("b").add(line.name()))
        .add(
            ": %s at best, at %d; %s"
                .formatted(rate(line, line.best()), line.best().size(), steepest(line)));
  }

  private static String steepest(Growth line) {
    int at = line.steepest();
    return at == 0
        ? "never slower than in the size before"
        : "steepest fall %s, from %d to %d"
            .formatted(
                Numbers.percent(line.fall(at)),
                line.points().get(at - 1).size(),
                line.points().get(at).size());
  }
}
