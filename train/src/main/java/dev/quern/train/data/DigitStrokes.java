package dev.quern.train.data;

import java.util.ArrayList;
import java.util.List;

/**
 * The digits as pen strokes: points joined by straight lines, in a box from -0.5 to 0.5 both ways,
 * y down. Curves are ellipse arcs in pieces short enough to look round at 28 pixels. Sines come
 * from {@link StrictMath}, so that every machine draws the same bytes.
 */
final class DigitStrokes {
  /** Ways of writing each digit; the first index is the digit. */
  private static final List<List<DigitStrokes>> STYLES =
      List.of(
          List.of(pen().arc(0, 0, 0.31, 0.48, -90, 270), pen().arc(0, 0, 0.24, 0.48, -60, 300)),
          List.of(
              pen().to(0, -0.48).to(0, 0.48),
              pen().to(-0.17, -0.3).to(0.02, -0.48).to(0.02, 0.48),
              pen()
                  .to(-0.17, -0.3)
                  .to(0.02, -0.48)
                  .to(0.02, 0.48)
                  .lift()
                  .to(-0.2, 0.48)
                  .to(0.22, 0.48)),
          List.of(
              pen().arc(0, -0.22, 0.27, 0.26, 190, 400).to(-0.3, 0.47).to(0.32, 0.47),
              pen()
                  .arc(0, -0.24, 0.26, 0.24, 200, 395)
                  .to(-0.1, 0.28)
                  .arc(-0.16, 0.37, 0.12, 0.1, 300, 60)
                  .arc(-0.16, 0.37, 0.12, 0.1, 60, 290)
                  .to(0.32, 0.46)),
          List.of(
              pen().arc(0, -0.24, 0.26, 0.24, 200, 450).arc(0, 0.24, 0.3, 0.24, 270, 510),
              pen().to(-0.26, -0.47).to(0.24, -0.47).to(0, -0.1).arc(0, 0.19, 0.3, 0.29, 270, 500)),
          List.of(
              pen().to(0.17, 0.48).to(0.17, -0.48).to(-0.32, 0.16).to(0.34, 0.16),
              pen()
                  .to(-0.26, -0.46)
                  .to(-0.28, 0.06)
                  .to(0.26, 0.06)
                  .lift()
                  .to(0.24, -0.3)
                  .to(0.2, 0.48)),
          List.of(
              pen()
                  .to(0.28, -0.47)
                  .to(-0.2, -0.47)
                  .to(-0.24, -0.06)
                  .arc(0, 0.17, 0.29, 0.31, 235, 500),
              pen()
                  .to(-0.2, -0.44)
                  .to(-0.22, -0.05)
                  .arc(0, 0.18, 0.27, 0.3, 240, 490)
                  .lift()
                  .to(-0.2, -0.44)
                  .to(0.32, -0.48)),
          List.of(
              pen().arc(0.18, 0.1, 0.46, 0.58, 265, 185).arc(0, 0.22, 0.28, 0.26, 180, 540),
              pen().to(0.1, -0.48).to(-0.22, 0.14).arc(0, 0.23, 0.25, 0.25, 200, 560)),
          List.of(
              pen().to(-0.3, -0.46).to(0.3, -0.46).to(-0.06, 0.48),
              pen()
                  .to(-0.3, -0.34)
                  .to(-0.28, -0.46)
                  .to(0.3, -0.46)
                  .to(-0.02, 0.48)
                  .lift()
                  .to(-0.16, 0.02)
                  .to(0.26, 0.02)),
          List.of(
              pen().arc(0, -0.24, 0.23, 0.24, 90, 450).arc(0, 0.24, 0.28, 0.24, 270, 630),
              pen()
                  .arc(0, -0.25, 0.2, 0.22, -30, -235)
                  .arc(0, 0.25, 0.24, 0.22, -50, 215)
                  .to(0.2, -0.3)),
          List.of(
              pen().arc(0, -0.21, 0.26, 0.26, 0, -360).to(0.22, 0.48),
              pen().arc(0, -0.22, 0.27, 0.25, 0, -360).arc(-0.12, 0, 0.39, 0.48, 0, 120)));

  private static final int DEGREES_PER_PIECE = 20;

  private final List<double[]> segments = new ArrayList<>();
  private double x = Double.NaN;
  private double y = Double.NaN;

  private DigitStrokes() {}

  /** Number of ways of writing a digit. */
  static int styles(int digit) {
    return STYLES.get(digit).size();
  }

  /** Straight lines {x0, y0, x1, y1} that make up a digit; not to be changed. */
  static List<double[]> segments(int digit, int style) {
    return STYLES.get(digit).get(style).segments;
  }

  private static DigitStrokes pen() {
    return new DigitStrokes();
  }

  private DigitStrokes lift() {
    x = Double.NaN;
    y = Double.NaN;
    return this;
  }

  private DigitStrokes to(double nextX, double nextY) {
    if (!Double.isNaN(x)) {
      segments.add(new double[] {x, y, nextX, nextY});
    }
    x = nextX;
    y = nextY;
    return this;
  }

  /** Degrees run clockwise, as y points down, from the right-hand end. */
  private DigitStrokes arc(
      double centerX, double centerY, double radiusX, double radiusY, double from, double to) {
    int pieces = (int) StrictMath.ceil(StrictMath.abs(to - from) / DEGREES_PER_PIECE);
    for (int i = 0; i <= pieces; i++) {
      double angle = StrictMath.toRadians(from + (to - from) * i / pieces);
      to(centerX + radiusX * StrictMath.cos(angle), centerY + radiusY * StrictMath.sin(angle));
    }
    return this;
  }
}
