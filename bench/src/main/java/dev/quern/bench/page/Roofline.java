package dev.quern.bench.page;

import dev.quern.bench.page.Labels.Anchor;
import dev.quern.bench.page.Labels.Spot;
import dev.quern.bench.result.Ceilings;
import dev.quern.bench.result.DeviceRun;
import dev.quern.bench.result.Measurement;
import dev.quern.bench.result.Result;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Operations a second over operations per byte, below what the device can do at most: a slope for
 * each level of memory, and a flat roof (Williams, Waterman and Patterson, 2009).
 */
final class Roofline {
  private static final double LEFT = 56;
  private static final double RIGHT = 24;
  private static final double TOP = 24;
  private static final double BOTTOM = 40;

  /** How far a label stands from what it names. */
  private static final double APART = 9;

  /** From a slope to the base line of its name. */
  private static final double ABOVE = 4;

  /** From one place to try for a label to the next. */
  private static final double STRIDE = 10;

  /** From the middle of a line of text down to its base line. */
  private static final double TO_BASE = 4;

  /** A case that computes something. */
  private record Point(Result result, double intensity, double gflops, @Nullable Double share) {}

  private final Ceilings ceilings;
  private final Palette palette;
  private final List<Point> points;
  private final double width;
  private final double height;
  private final LogScale x;
  private final LogScale y;
  private final Element svg;
  private final Labels labels;

  private Roofline(DeviceRun device, Palette palette, double width, double height) {
    this.ceilings = device.ceilings();
    this.palette = palette;
    this.width = width;
    this.height = height;
    points = points(device);
    x = LogScale.over(points.stream().map(Point::intensity).toList(), LEFT, width - RIGHT);
    List<Double> rates = new ArrayList<>(points.stream().map(Point::gflops).toList());
    if (ceilings.gflops() != null) {
      rates.add(ceilings.gflops());
    }
    y = LogScale.over(rates, height - BOTTOM, TOP);
    svg =
        Element.of("svg")
            .with("viewBox", "0 0 " + Math.round(width) + " " + Math.round(height))
            .with("role", "img")
            .with("aria-label", "Roofline of " + device.device().id());
    labels = new Labels(svg, LEFT, TOP - 6, width - RIGHT, height - BOTTOM);
  }

  /** The chart for wide and for narrow screens, or null if nothing of the device goes on it. */
  static @Nullable Element of(DeviceRun device, Palette palette) {
    if (points(device).isEmpty()) {
      return null;
    }
    return Element.of("div", "roofline")
        .add(legend(device, palette))
        .add(Element.of("div", "chart wide").add(new Roofline(device, palette, 880, 420).draw()))
        .add(Element.of("div", "chart narrow").add(new Roofline(device, palette, 358, 360).draw()));
  }

  private static Element legend(DeviceRun device, Palette palette) {
    Element legend = Element.of("p", "legend");
    points(device).stream()
        .map(point -> point.result().group())
        .distinct()
        .forEach(
            group -> legend.add(Element.of("span").add(palette.swatch(group)).add(group)).add(" "));
    return legend;
  }

  private static List<Point> points(DeviceRun device) {
    List<Point> points = new ArrayList<>();
    for (Result result : device.results()) {
      Measurement m = result.measurement();
      if (m != null && m.flops() > 0 && m.bytes() > 0 && m.nanos() > 0) {
        points.add(
            new Point(result, m.flops() / m.bytes(), m.gflops(), device.ceilings().share(m)));
      }
    }
    return points;
  }

  private Element draw() {
    axes();
    roofs();
    for (Point point : points) {
      double px = x.at(point.intensity());
      double py = y.at(point.gflops());
      svg.add(
          palette
              .mark(point.result().group(), px, py)
              .add(Element.of("title").add(description(point))));
      labels.takeMark(px, py, 6);
    }
    roofLabels();
    notable().forEach(this::label);
    return svg;
  }

  private void axes() {
    double base = height - BOTTOM;
    for (double decade : y.decades()) {
      double at = y.at(decade);
      line("grid", LEFT, at, width - RIGHT, at);
      text("tick", LEFT - 6, at + TO_BASE, Anchor.END, LogScale.digits(decade));
    }
    for (double decade : x.decades()) {
      double at = x.at(decade);
      line("grid", at, TOP, at, base);
      text("tick", at, base + 16, Anchor.MIDDLE, LogScale.digits(decade));
    }
    line("axis", LEFT, base, width - RIGHT, base);
    text("tick", 0, TOP - 12, Anchor.START, "GFLOP/s");
    text("tick", width - RIGHT, height - 6, Anchor.END, "operations per byte");
  }

  /** Each slope up to the flat roof, and that from where the steepest one meets it. */
  private void roofs() {
    Double peak = ceilings.gflops();
    double highest = peak == null ? y.most() : peak;
    double fastest = 0;
    for (Ceilings.Level level : ceilings.levels()) {
      double from = Math.max(x.least(), y.least() / level.gigabytes());
      double to = Math.min(x.most(), highest / level.gigabytes());
      if (from < to) {
        double top = y.at(to * level.gigabytes());
        roof(x.at(from), y.at(from * level.gigabytes()), x.at(to), top);
      }
      fastest = Math.max(fastest, level.gigabytes());
    }
    if (peak != null) {
      double from = fastest == 0 ? x.least() : Math.max(x.least(), peak / fastest);
      roof(x.at(Math.min(from, x.most())), y.at(peak), x.at(x.most()), y.at(peak));
    }
  }

  private void roof(double x1, double y1, double x2, double y2) {
    line("roof", x1, y1, x2, y2);
    labels.takeLine(x1, y1, x2, y2);
  }

  private void roofLabels() {
    Double peak = ceilings.gflops();
    if (peak != null) {
      List<Spot> spots = new ArrayList<>();
      for (double end = width - RIGHT; end > LEFT; end -= STRIDE) {
        spots.add(new Spot(end, y.at(peak) - 6, Anchor.END));
      }
      labels.insist("peak " + Numbers.rounded(peak) + " GFLOP/s", "roof-name", spots);
    }
    for (Ceilings.Level level : ceilings.levels()) {
      labels.insist(
          level.name() + " " + Numbers.rounded(level.gigabytes()) + " GB/s",
          "roof-name",
          spotsAlong(level.gigabytes()));
    }
  }

  /** Above a slope, turned as it is, from its left end on. */
  private List<Spot> spotsAlong(double gigabytes) {
    double degrees =
        Math.toDegrees(
            Math.atan2(y.at(10 * y.least()) - y.at(y.least()), x.at(10 * x.least()) - LEFT));
    List<Spot> spots = new ArrayList<>();
    double away = Math.toRadians(degrees);
    for (double share = 0; share < 1; share += 0.01) {
      double at = x.value(share);
      double rate = at * gigabytes;
      if (rate > y.least() && rate < y.most()) {
        spots.add(
            new Spot(
                x.at(at) + ABOVE * Math.sin(away),
                y.at(rate) - ABOVE * Math.cos(away),
                Anchor.START,
                degrees));
      }
    }
    return spots;
  }

  /** The points with the largest and the least share of each op that has several. */
  private List<Point> notable() {
    Map<String, List<Point>> groups = new LinkedHashMap<>();
    for (Point point : points) {
      if (point.share() != null) {
        groups.computeIfAbsent(point.result().group(), name -> new ArrayList<>()).add(point);
      }
    }
    List<Point> notable = new ArrayList<>();
    for (List<Point> group : groups.values()) {
      group.sort(Comparator.comparingDouble(point -> point.share() == null ? 0 : point.share()));
      notable.add(group.getFirst());
      if (group.size() > 1) {
        notable.add(group.getLast());
      }
    }
    return notable;
  }

  private void label(Point point) {
    Double share = point.share();
    double px = x.at(point.intensity());
    double py = y.at(point.gflops());
    labels.write(
        point.result().group() + (share == null ? "" : " " + Numbers.percent(share)),
        "name",
        List.of(
            new Spot(px + APART, py + TO_BASE, Anchor.START),
            new Spot(px - APART, py + TO_BASE, Anchor.END),
            new Spot(px, py - APART, Anchor.MIDDLE),
            new Spot(px, py + 2 * APART, Anchor.MIDDLE)));
  }

  private String description(Point point) {
    Measurement m = point.result().measurement();
    Ceilings.Level level = m == null ? null : ceilings.level(m.bytes());
    return "%s%n%s GFLOP/s%s%s"
        .formatted(
            point.result().name(),
            Numbers.rounded(point.gflops()),
            point.share() == null ? "" : ", " + Numbers.percent(point.share()) + " of the roof",
            level == null ? "" : " (" + level.name() + ")");
  }

  private void line(String styleClass, double x1, double y1, double x2, double y2) {
    svg.add(
        Element.of("line", styleClass).with("x1", x1).with("y1", y1).with("x2", x2).with("y2", y2));
  }

  private void text(String styleClass, double x, double y, Anchor anchor, String text) {
    svg.add(Labels.text(styleClass, new Spot(x, y, anchor), text));
  }
}
