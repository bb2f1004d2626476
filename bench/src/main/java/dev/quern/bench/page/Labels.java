package dev.quern.bench.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Writes texts into a chart where they hide neither each other nor what is drawn. */
final class Labels {
  /** Text of 12 pixels takes no more than this, in any common font without serifs. */
  private static final double CHARACTER = 7.6;

  private static final double HEIGHT = 14;

  /** A turned text's pieces stand with their corners towards lines, and are smaller for it. */
  private static final double HEIGHT_TURNED = 9;

  /** From the base line of a text to its middle. */
  private static final double TO_MIDDLE = 4;

  /** Lines are taken in pieces of this length. */
  private static final double PIECE = 4;

  /**
   * Where a text may stand: its base line begins here, or ends, or has its middle.
   *
   * @param x from the left, in pixels
   * @param y from the top, in pixels
   * @param anchor which
   * @param degrees how far it is turned to the right about this place
   */
  record Spot(double x, double y, Anchor anchor, double degrees) {
    Spot(double x, double y, Anchor anchor) {
      this(x, y, anchor, 0);
    }
  }

  /** Which end of a text stands at its place. */
  enum Anchor {
    START("start", 0),
    MIDDLE("middle", 0.5),
    END("end", 1);

    private final String name;
    private final double share;

    Anchor(String name, double share) {
      this.name = name;
      this.share = share;
    }
  }

  /** What is taken. */
  private record Box(double left, double top, double right, double bottom) {
    static Box around(double x, double y, double radius) {
      return new Box(x - radius, y - radius, x + radius, y + radius);
    }

    boolean touches(Box other) {
      return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
    }

    boolean holds(Box other) {
      return left <= other.left
          && top <= other.top
          && right >= other.right
          && bottom >= other.bottom;
    }
  }

  private final Element chart;
  private final Box paper;
  private final List<Box> texts = new ArrayList<>();
  private final List<Box> lines = new ArrayList<>();
  private final List<Box> marks = new ArrayList<>();

  /** Labels of a chart, within these edges. */
  Labels(Element chart, double left, double top, double right, double bottom) {
    this.chart = chart;
    paper = new Box(left, top, right, bottom);
  }

  /** A mark is drawn here. */
  void takeMark(double x, double y, double radius) {
    marks.add(Box.around(x, y, radius));
  }

  /** A line is drawn here. */
  void takeLine(double x1, double y1, double x2, double y2) {
    int pieces = Math.max(1, (int) Math.ceil(Math.hypot(x2 - x1, y2 - y1) / PIECE));
    for (int i = 0; i <= pieces; i++) {
      double share = (double) i / pieces;
      lines.add(Box.around(x1 + share * (x2 - x1), y1 + share * (y2 - y1), 1));
    }
  }

  /** Writes a text at the first spot that is free; returns whether there was one. */
  boolean write(String text, String styleClass, List<Spot> spots) {
    return write(text, styleClass, spots, List.of(texts, lines, marks));
  }

  /** The same for a text that must be there: over marks if need be, or even over lines. */
  void insist(String text, String styleClass, List<Spot> spots) {
    if (!write(text, styleClass, spots) && !write(text, styleClass, spots, List.of(texts, lines))) {
      write(text, styleClass, spots, List.of(texts));
    }
  }

  private boolean write(
      String text, String styleClass, List<Spot> spots, List<List<Box>> obstacles) {
    for (Spot spot : spots) {
      List<Box> boxes = boxes(text, spot);
      if (boxes.stream().allMatch(box -> isFree(box, obstacles))) {
        texts.addAll(boxes);
        chart.add(text(styleClass, spot, text));
        return true;
      }
    }
    return false;
  }

  private boolean isFree(Box box, List<List<Box>> obstacles) {
    return paper.holds(box) && obstacles.stream().flatMap(List::stream).noneMatch(box::touches);
  }

  /** A text in pieces as wide as high, since it may be turned. */
  private static List<Box> boxes(String text, Spot spot) {
    double width = CHARACTER * text.length();
    double height = spot.degrees() == 0 ? HEIGHT : HEIGHT_TURNED;
    double radius = height / 2;
    double angle = Math.toRadians(spot.degrees());
    int pieces = (int) Math.ceil(width / height);
    List<Box> boxes = new ArrayList<>();
    for (int i = 0; i <= pieces; i++) {
      double along = radius + (width - height) * i / pieces - spot.anchor().share * width;
      boxes.add(
          Box.around(
              spot.x() + along * Math.cos(angle) + TO_MIDDLE * Math.sin(angle),
              spot.y() + along * Math.sin(angle) - TO_MIDDLE * Math.cos(angle),
              radius));
    }
    return boxes;
  }

  /** A text at a spot, free or not. */
  static Element text(String styleClass, Spot spot, String text) {
    Element element =
        Element.of("text", styleClass)
            .with("x", spot.x())
            .with("y", spot.y())
            .with("text-anchor", spot.anchor().name);
    if (spot.degrees() != 0) {
      element.with(
          "transform",
          String.format(Locale.ROOT, "rotate(%.1f %.1f %.1f)", spot.degrees(), spot.x(), spot.y()));
    }
    return element.add(text);
  }
}
