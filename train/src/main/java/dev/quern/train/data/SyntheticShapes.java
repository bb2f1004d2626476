package dev.quern.train.data;

import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Coloured pictures of shapes, 32 x 32 x 3, drawn from a seed: for trying out networks that see
 * colour. Eight classes: disc, ring, square, triangle, cross, star, bar and crescent. Position,
 * size, rotation, both colours and noise vary; no colour tells anything about the class.
 */
public final class SyntheticShapes {
  private static final int SIDE = 32;
  private static final int COLOURS = 3;

  /** Least difference of shape and background, summed over the colours, of 255 each. */
  private static final int LEAST_CONTRAST = 200;

  private static final double NOISE = 20;

  private SyntheticShapes() {}

  /** A shape of about radius 1 around 0. */
  private enum Outline {
    DISC {
      @Override
      double depth(double x, double y) {
        return 1 - Math.sqrt(x * x + y * y);
      }
    },
    RING {
      @Override
      double depth(double x, double y) {
        return 0.22 - Math.abs(Math.sqrt(x * x + y * y) - 0.78);
      }
    },
    SQUARE {
      @Override
      double depth(double x, double y) {
        return 0.8 - Math.max(Math.abs(x), Math.abs(y));
      }
    },
    TRIANGLE {
      @Override
      double depth(double x, double y) {
        double slope = Math.sqrt(3) / 2;
        return 0.55 - Math.max(y, slope * Math.abs(x) - 0.5 * y);
      }
    },
    CROSS {
      @Override
      double depth(double x, double y) {
        return Math.max(bar(x, y), bar(y, x));
      }
    },
    STAR {
      @Override
      double depth(double x, double y) {
        double waves = 0.3 * StrictMath.cos(5 * StrictMath.atan2(y, x));
        return 0.7 + waves - Math.sqrt(x * x + y * y);
      }
    },
    BAR {
      @Override
      double depth(double x, double y) {
        return bar(x, y);
      }
    },
    CRESCENT {
      @Override
      double depth(double x, double y) {
        double bite = Math.sqrt((x - 0.5) * (x - 0.5) + y * y) - 0.75;
        return Math.min(DISC.depth(x, y), bite);
      }
    };

    /** How far a point is inside the edge, about; negative outside. */
    abstract double depth(double x, double y);

    private static double bar(double x, double y) {
      return Math.min(1 - Math.abs(x), 0.27 - Math.abs(y));
    }
  }

  /**
   * Draws shapes. The same seed gives the same bytes on every machine, and a larger count only adds
   * rows.
   *
   * @param count number of pictures, from 1 to 699,050 (what one array holds)
   * @param seed of the random numbers
   * @throws DataException if the count is out of range
   */
  public static DataSet draw(int count, long seed) {
    int elements = SIDE * SIDE * COLOURS;
    int most = (Integer.MAX_VALUE - 8) / elements;
    if (count < 1 || count > most) {
      throw new DataException(
          "synthetic shapes: the count must be 1 to %d, but is %d".formatted(most, count));
    }
    Outline[] outlines = Outline.values();
    byte[] pixels = new byte[count * elements];
    int[] labels = new int[count];
    IntStream.range(0, count)
        .parallel()
        .forEach(
            row -> {
              SplittableRandom random = SyntheticDigits.ofRow(seed, row);
              labels[row] = random.nextInt(outlines.length);
              draw(outlines[labels[row]], random, pixels, row * elements);
            });
    return new DataSet("synthetic shapes", pixels, labels, SIDE, SIDE, COLOURS, outlines.length);
  }

  private static void draw(Outline outline, SplittableRandom random, byte[] pixels, int offset) {
    double angle = random.nextDouble(2 * Math.PI);
    double cos = StrictMath.cos(angle);
    double sin = StrictMath.sin(angle);
    double radius = random.nextDouble(7, 13);
    double centreX = random.nextDouble(radius, SIDE - radius);
    double centreY = random.nextDouble(radius, SIDE - radius);
    int[] paper = colour(random);
    int[] ink = colour(random);
    while (contrast(paper, ink) < LEAST_CONTRAST) {
      ink = colour(random);
    }
    for (int i = 0; i < SIDE * SIDE; i++) {
      int row = i / SIDE;
      int column = i % SIDE;
      double x = (column + 0.5 - centreX) / radius;
      double y = (row + 0.5 - centreY) / radius;
      double depth = outline.depth(cos * x + sin * y, cos * y - sin * x);
      double covered = Math.clamp(0.5 + radius * depth, 0, 1); // a pixel wide edge
      for (int c = 0; c < COLOURS; c++) {
        double value = paper[c] + covered * (ink[c] - paper[c]) + random.nextDouble(-NOISE, NOISE);
        pixels[offset + i * COLOURS + c] = (byte) Math.clamp(Math.round(value), 0, 255);
      }
    }
  }

  private static int[] colour(SplittableRandom random) {
    return new int[] {random.nextInt(256), random.nextInt(256), random.nextInt(256)};
  }

  private static int contrast(int[] a, int[] b) {
    return Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1]) + Math.abs(a[2] - b[2]);
  }
}
