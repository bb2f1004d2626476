package dev.quern.bench.page;

import dev.quern.bench.result.DeviceRun;
import dev.quern.bench.result.Measurement;
import dev.quern.bench.result.Result;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One problem in several sizes: how many operations a second it reaches in each.
 *
 * @param name what the sizes have in common
 * @param of what grows: {@link #BATCH} or {@link #SIDE}
 * @param points by size, four or more
 */
record Growth(String name, String of, List<Point> points) {
  static final String BATCH = "pictures in a batch";
  static final String SIDE = "side of a picture, in pixels";

  /** A fall from one size to the next that has a cause of its own, and is no noise. */
  static final double CLIFF = 0.15;

  /** Fewer sizes than this are no line. */
  private static final int LEAST_POINTS = 4;

  private static final Pattern NETWORK = Pattern.compile("(.+)-b(\\d+)");
  private static final Pattern PICTURES = Pattern.compile("(conv2d/.*)ih(\\d+)(oc\\d+)oh\\d+(.*)");

  /**
   * A size.
   *
   * @param size how large
   * @param rate pictures of a network in a second, operations of a kernel in a nanosecond: all
   *     pictures of a line take the same operations, where it tells of pictures
   */
  record Point(int size, double rate) {}

  /** All that grow in a run, those by batch first. */
  static List<Growth> in(DeviceRun device) {
    Map<String, Growth> lines = new LinkedHashMap<>();
    for (Result result : device.results()) {
      Measurement measured = result.measurement();
      if (measured == null) {
        continue;
      }
      Matcher network = NETWORK.matcher(result.name());
      Matcher pictures = PICTURES.matcher(result.name());
      if (measured.images() > 0 && network.matches()) {
        line(lines, network.group(1), BATCH)
            .add(new Point(Integer.parseInt(network.group(2)), measured.imagesPerSecond()));
      } else if (measured.flops() > 0 && pictures.matches()) {
        line(lines, pictures.group(1) + pictures.group(3) + pictures.group(4), SIDE)
            .add(new Point(Integer.parseInt(pictures.group(2)), measured.gflops()));
      }
    }
    return lines.values().stream()
        .filter(line -> line.points().size() >= LEAST_POINTS)
        .map(Growth::sorted)
        .toList();
  }

  private static List<Point> line(Map<String, Growth> lines, String name, String of) {
    return lines.computeIfAbsent(name, key -> new Growth(key, of, new ArrayList<>())).points();
  }

  private Growth sorted() {
    return new Growth(
        name, of, points.stream().sorted(Comparator.comparingInt(Point::size)).toList());
  }

  /** The fastest size. */
  Point best() {
    return points.stream().max(Comparator.comparingDouble(Point::rate)).orElseThrow();
  }

  /** How much slower a size is than the one before it, as a share of that; 0 if it is not. */
  double fall(int index) {
    return index == 0
        ? 0
        : Math.max(0, 1 - points.get(index).rate() / points.get(index - 1).rate());
  }

  /** Where it falls most. */
  int steepest() {
    int steepest = 0;
    for (int i = 1; i < points.size(); i++) {
      steepest = fall(i) > fall(steepest) ? i : steepest;
    }
    return steepest;
  }
}
