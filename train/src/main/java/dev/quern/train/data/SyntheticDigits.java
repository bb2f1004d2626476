package dev.quern.train.data;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Pictures of digits, 28 x 28, drawn with a seeded pen: for trying things out where there is no
 * MNIST. Position, size, slant, rotation, pen width, curvature and noise vary. They look like
 * MNIST, white on black in the same frame, but are easier; an accuracy on them says nothing about
 * MNIST.
 */
public final class SyntheticDigits {
  private static final int SIDE = 28;
  private static final int DIGITS = 10;

  /** A digit's height in pixels before scaling; MNIST fits digits into 20 x 20. */
  private static final double HEIGHT = 19;

  private SyntheticDigits() {}

  /**
   * Draws digits. The same seed gives the same bytes on every machine, and a larger count only adds
   * rows; each row has a random stream of its own, so several threads may draw.
   *
   * @param count number of digits, from 1 to 2,739,137 (what one array holds)
   * @param seed of the random numbers
   * @throws DataException if the count is out of range
   */
  public static DataSet draw(int count, long seed) {
    int elements = SIDE * SIDE;
    int most = (Integer.MAX_VALUE - 8) / elements;
    if (count < 1 || count > most) {
      throw new DataException(
          "synthetic digits: the count must be 1 to %d, but is %d".formatted(most, count));
    }
    byte[] pixels = new byte[count * elements];
    int[] labels = new int[count];
    IntStream.range(0, count)
        .parallel()
        .forEach(
            row -> {
              SplittableRandom random = ofRow(seed, row);
              labels[row] = random.nextInt(DIGITS);
              new Picture(random).draw(labels[row], pixels, row * elements);
            });
    return new DataSet("synthetic digits", pixels, labels, SIDE, SIDE, 1, DIGITS);
  }

  /** A row's numbers: nearby rows and nearby seeds must not share a stream, so all bits mix. */
  static SplittableRandom ofRow(long seed, int row) {
    return new SplittableRandom(
        new SplittableRandom(seed).nextLong() ^ new SplittableRandom(~(long) row).nextLong());
  }

  /** One digit's random choices, and the ink so far. */
  private static final class Picture {
    private final SplittableRandom random;
    private final double[] ink = new double[SIDE * SIDE];
    private final double xx;
    private final double xy;
    private final double yx;
    private final double yy;
    private final double shiftX;
    private final double shiftY;
    private final double bendX;
    private final double bendY;
    private final double radius;

    Picture(SplittableRandom random) {
      this.random = random;
      double angle = spread(0.2);
      double slant = 0.12 + spread(0.25);
      double scaleX = HEIGHT * (1 + spread(0.17));
      double scaleY = HEIGHT * (1 + spread(0.12));
      double cos = StrictMath.cos(angle);
      double sin = StrictMath.sin(angle);
      // Rotation after slant after scale; y points down, so a slant to the right is negative.
      xx = cos * scaleX;
      xy = (-cos * slant - sin) * scaleY;
      yx = sin * scaleX;
      yy = (-sin * slant + cos) * scaleY;
      shiftX = 0.5 * SIDE + spread(2);
      shiftY = 0.5 * SIDE + spread(2);
      bendX = spread(0.3);
      bendY = spread(0.25);
      radius = 1.15 + spread(0.5);
    }

    void draw(int digit, byte[] pixels, int offset) {
      List<double[]> segments =
          DigitStrokes.segments(digit, random.nextInt(DigitStrokes.styles(digit)));
      for (double[] s : segments) {
        line(mapX(s[0], s[1]), mapY(s[0], s[1]), mapX(s[2], s[3]), mapY(s[2], s[3]));
      }
      double full = 255 * (0.93 + spread(0.07));
      for (int i = 0; i < ink.length; i++) {
        // Noise on the strokes alone: the background of MNIST is zero.
        double value = ink[i] == 0 ? 0 : full * ink[i] + spread(16);
        pixels[offset + i] = (byte) Math.clamp(Math.round(value), 0, 255);
      }
    }

    /** Anti-aliased: full ink up to the pen's radius, none from one pixel further. */
    private void line(double x0, double y0, double x1, double y1) {
      double dx = x1 - x0;
      double dy = y1 - y0;
      double squared = dx * dx + dy * dy;
      double reach = radius + 0.5;
      int top = clampToFrame(Math.min(y0, y1) - reach);
      int bottom = clampToFrame(Math.max(y0, y1) + reach);
      int left = clampToFrame(Math.min(x0, x1) - reach);
      int right = clampToFrame(Math.max(x0, x1) + reach);
      for (int row = top; row <= bottom; row++) {
        for (int column = left; column <= right; column++) {
          double px = column + 0.5 - x0;
          double py = row + 0.5 - y0;
          double along = Math.clamp((px * dx + py * dy) / squared, 0, 1);
          double ex = px - along * dx;
          double ey = py - along * dy;
          double covered = Math.clamp(reach - Math.sqrt(ex * ex + ey * ey), 0, 1);
          ink[row * SIDE + column] = Math.max(ink[row * SIDE + column], covered);
        }
      }
    }

    private double mapX(double x, double y) {
      double bent = x + bendX * y * y;
      return shiftX + xx * bent + xy * (y + bendY * x * x);
    }

    private double mapY(double x, double y) {
      double bent = x + bendX * y * y;
      return shiftY + yx * bent + yy * (y + bendY * x * x);
    }

    private static int clampToFrame(double pixel) {
      return Math.clamp((long) pixel, 0, SIDE - 1);
    }

    /** Uniform from -amount to amount. */
    private double spread(double amount) {
      return amount * (2 * random.nextDouble() - 1);
    }
  }
}
