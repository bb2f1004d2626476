package dev.quern.train.data;

import dev.quern.kernels.Philox;
import java.util.stream.IntStream;

/**
 * Digits drawn with a random hand: a stand-in for MNIST where there is none. Each digit is a few
 * strokes (lines and arcs), shifted, scaled, turned, slanted, drawn with a pen of random width and
 * sprinkled with noise. The same seed gives the same pictures, everywhere.
 */
public final class SyntheticDigits {
  private static final int SIZE = 28;
  private static final int CLASSES = 10;
  private static final int ARC_POINTS = 14;

  /** Random numbers that one picture may take, its pixels' noise included. */
  private static final int DRAWS = 16;

  /**
   * Strokes of each digit in a box from (-1, -1), top left, to (1, 1), bottom right. A stroke is a
   * list of points; an arc is {@code ARC, centre x, y, radius x, y, first and last angle in degrees},
   * clockwise from the right.
   */
  private static final double ARC = Double.NaN;

  private static final double[][][] STROKES = {
    {{ARC, 0, 0, 0.62, 0.95, 0, 360}},
    {{-0.35, -0.6, 0.05, -0.95, 0.05, 0.95}},
    {{ARC, 0, -0.45, 0.58, 0.5, 180, 395}, {0.5, -0.1, -0.62, 0.95, 0.65, 0.95}},
    {{ARC, -0.05, -0.48, 0.55, 0.47, 200, 450}, {ARC, -0.05, 0.46, 0.62, 0.49, 270, 520}},
    {{0.3, 0.95, 0.3, -0.95, -0.65, 0.35, 0.7, 0.35}},
    {{0.55, -0.92, -0.45, -0.92, -0.5, -0.1}, {ARC, -0.05, 0.36, 0.6, 0.58, 235, 510}},
    {{0.4, -0.92, -0.2, -0.5, -0.52, 0.2}, {ARC, 0, 0.42, 0.55, 0.53, 0, 360}},
    {{-0.6, -0.9, 0.6, -0.9, -0.1, 0.95}},
    {{ARC, 0, -0.47, 0.48, 0.46, 0, 360}, {ARC, 0, 0.47, 0.58, 0.48, 0, 360}},
    {{ARC, 0, -0.42, 0.54, 0.52, 0, 360}, {0.54, -0.42, 0.48, 0.3, 0.15, 0.95}},
  };

  private SyntheticDigits() {}

  /**
   * Draws a data set of 28 x 28 pictures in ten classes, in random order.
   *
   * @param count number of pictures
   * @param seed what they follow from
   */
  public static DataSet draw(int count, long seed) {
    byte[] pixels = new byte[count * SIZE * SIZE];
    int[] labels = new int[count];
    IntStream.range(0, count)
        .parallel()
        .forEach(
            i -> {
              labels[i] = (int) (random(seed, i, 0) * CLASSES);
              new Picture(seed, i, labels[i]).drawInto(pixels, i * SIZE * SIZE);
            });
    return new DataSet("synthetic digits", pixels, labels, SIZE, SIZE, 1, CLASSES);
  }

  private static double random(long seed, int picture, int number) {
    return Philox.unit(Philox.at((long) picture * DRAWS + number, 0, seed));
  }

  /** One digit with its random hand. */
  private static final class Picture {
    private final long seed;
    private final int number;
    private final int digit;
    private final double[] ink = new double[SIZE * SIZE];
    private final double scaleX;
    private final double scaleY;
    private final double turn;
    private final double slant;
    private final double centerX;
    private final double centerY;
    private final double pen;

    Picture(long seed, int number, int digit) {
      this.seed = seed;
      this.number = number;
      this.digit = digit;
      scaleX = between(1, 6.0, 9.0);
      scaleY = between(2, 7.5, 10.0);
      turn = between(3, -0.22, 0.22);
      slant = between(4, -0.3, 0.3);
      centerX = SIZE / 2.0 + between(5, -2.5, 2.5);
      centerY = SIZE / 2.0 + between(6, -2.5, 2.5);
      pen = between(7, 0.8, 1.7);
    }

    private double between(int draw, double low, double high) {
      return low + (high - low) * random(seed, number, draw);
    }

    void drawInto(byte[] pixels, int at) {
      for (double[] stroke : STROKES[digit]) {
        double[] points = Double.isNaN(stroke[0]) ? arc(stroke) : stroke;
        for (int i = 0; i + 3 < points.length; i += 2) {
          line(points[i], points[i + 1], points[i + 2], points[i + 3]);
        }
      }
      double strength = between(8, 200, 255);
      double noise = between(9, 0, 12);
      for (int i = 0; i < ink.length; i++) {
        int word = Philox.at((long) number * ink.length + i, 1, seed);
        double value = ink[i] * strength + (ink[i] > 0 ? noise * (Philox.unit(word) - 0.5) : 0);
        pixels[at + i] = (byte) Math.clamp(Math.round(value), 0, 255);
      }
    }

    private static double[] arc(double[] arc) {
      double[] points = new double[2 * (ARC_POINTS + 1)];
      for (int i = 0; i <= ARC_POINTS; i++) {
        double angle = Math.toRadians(arc[5] + (arc[6] - arc[5]) * i / ARC_POINTS);
        points[2 * i] = arc[1] + arc[3] * StrictMath.cos(angle);
        points[2 * i + 1] = arc[2] + arc[4] * StrictMath.sin(angle);
      }
      return points;
    }

    private double x(double u, double v) {
      double s = u + slant * -v;
      return centerX + scaleX * s * StrictMath.cos(turn) - scaleY * v * StrictMath.sin(turn);
    }

    private double y(double u, double v) {
      double s = u + slant * -v;
      return centerY + scaleX * s * StrictMath.sin(turn) + scaleY * v * StrictMath.cos(turn);
    }

    /** Inks every pixel by how near its centre is to the line: 1 under the pen, 0 a pixel beside it. */
    private void line(double u0, double v0, double u1, double v1) {
      double x0 = x(u0, v0);
      double y0 = y(u0, v0);
      double dx = x(u1, v1) - x0;
      double dy = y(u1, v1) - y0;
      double length = Math.max(1e-9, dx * dx + dy * dy);
      double reach = pen + 1;
      int top = (int) Math.max(0, Math.min(y0, y0 + dy) - reach);
      int bottom = (int) Math.min(SIZE - 1, Math.max(y0, y0 + dy) + reach);
      int left = (int) Math.max(0, Math.min(x0, x0 + dx) - reach);
      int right = (int) Math.min(SIZE - 1, Math.max(x0, x0 + dx) + reach);
      for (int row = top; row <= bottom; row++) {
        for (int column = left; column <= right; column++) {
          double px = column + 0.5 - x0;
          double py = row + 0.5 - y0;
          double along = Math.clamp((px * dx + py * dy) / length, 0.0, 1.0);
          double distance = Math.hypot(px - along * dx, py - along * dy);
          double value = Math.clamp(pen + 0.5 - distance, 0.0, 1.0);
          ink[row * SIZE + column] = Math.max(ink[row * SIZE + column], value);
        }
      }
    }
  }
}
