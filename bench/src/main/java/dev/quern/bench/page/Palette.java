package dev.quern.bench.page;

import dev.quern.bench.result.DeviceRun;
import dev.quern.bench.result.Result;
import dev.quern.bench.result.Run;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A colour and a shape for each op, the same all over a page. The shape is for those who do not
 * tell the colours apart.
 */
final class Palette {
  /** Colours in the style sheet; ops beyond them are grey. */
  private static final int COLORS = 8;

  private static final double SWATCH = 12;
  private static final double RADIUS = 4;

  /** A circle, a square, a diamond and a triangle of about the same area: corners, in radii. */
  private static final double[][][] OUTLINES = {
    {},
    {{-0.9, -0.9}, {0.9, -0.9}, {0.9, 0.9}, {-0.9, 0.9}},
    {{0, -1.3}, {1.3, 0}, {0, 1.3}, {-1.3, 0}},
    {{0, -1.3}, {1.25, 0.9}, {-1.25, 0.9}},
  };

  private final List<String> groups;

  private Palette(Set<String> groups) {
    this.groups = List.copyOf(groups);
  }

  /** For the ops of these runs. */
  static Palette of(List<Run> runs) {
    Set<String> groups = new LinkedHashSet<>();
    for (Run run : runs) {
      for (DeviceRun device : run.devices()) {
        device.results().stream().filter(Palette::computes).map(Result::group).forEach(groups::add);
      }
    }
    return new Palette(groups);
  }

  private static boolean computes(Result result) {
    return result.measurement() != null && result.measurement().flops() > 0;
  }

  /** The class of whatever stands for an op. */
  String styleClass(String group) {
    int index = groups.indexOf(group);
    return "op " + (index < 0 || index >= COLORS ? "op-other" : "op-" + index);
  }

  /** What stands for an op beside its name. */
  Element swatch(String group) {
    return Element.of("svg", "swatch")
        .with("viewBox", "0 0 12 12")
        .with("aria-hidden", "true")
        .add(mark(group, SWATCH / 2, SWATCH / 2));
  }

  /** The same in a chart. */
  Element mark(String group, double x, double y) {
    double[][] corners = OUTLINES[Math.max(0, groups.indexOf(group)) % OUTLINES.length];
    return corners.length == 0
        ? Element.of("circle", styleClass(group)).with("cx", x).with("cy", y).with("r", RADIUS)
        : Element.of("path", styleClass(group)).with("d", outline(corners, x, y));
  }

  private static String outline(double[][] corners, double x, double y) {
    StringBuilder path = new StringBuilder();
    for (double[] corner : corners) {
      path.append(path.isEmpty() ? 'M' : 'L')
          .append(
              String.format(
                  Locale.ROOT, "%.1f %.1f", x + RADIUS * corner[0], y + RADIUS * corner[1]));
    }
    return path.append('Z').toString();
  }
}
