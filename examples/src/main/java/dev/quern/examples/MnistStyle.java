package dev.quern.examples;

/**
 * A drawn digit as MNIST has it: white on black, its box scaled to 20 pixels, its centre of mass in
 * the middle of 28 x 28. Source: LeCun, Cortes and Burges, "The MNIST database of handwritten
 * digits", section on the files' making.
 */
final class MnistStyle {
  private static final int SIZE = 28;
  private static final int BOX = 20;

  /** Of the range between darkest and brightest: paper is not all white. */
  private static final float INK = 0.25f;

  private MnistStyle() {}

  /** The digit on a gray picture; a picture of one colour gives black. */
  static Picture of(Picture gray) {
    Picture ink = stretched(onBlack(gray));
    Picture digit = cut(ink);
    if (digit.height() == 0) {
      return ink.resized(SIZE, SIZE);
    }
    float scale = (float) BOX / Math.max(digit.height(), digit.width());
    Picture scaled =
        digit.resized(
            Math.max(1, Math.round(digit.height() * scale)),
            Math.max(1, Math.round(digit.width() * scale)));
    float mass = 0;
    float down = 0;
    float right = 0;
    for (int y = 0; y < scaled.height(); y++) {
      for (int x = 0; x < scaled.width(); x++) {
        float value = scaled.at(y, x, 0);
        mass += value;
        down += value * (y + 0.5f);
        right += value * (x + 0.5f);
      }
    }
    int top = Math.round(SIZE / 2f - down / mass);
    int left = Math.round(SIZE / 2f - right / mass);
    return scaled.placed(SIZE, SIZE, top, left);
  }

  /** The border is paper: if it is bright, the ink is dark. */
  private static Picture onBlack(Picture gray) {
    double sum = 0;
    for (int x = 0; x < gray.width(); x++) {
      sum += gray.at(0, x, 0) + gray.at(gray.height() - 1, x, 0);
    }
    for (int y = 0; y < gray.height(); y++) {
      sum += gray.at(y, 0, 0) + gray.at(y, gray.width() - 1, 0);
    }
    double mean = sum / (2.0 * (gray.width() + gray.height()));
    return mean > 127.5 ? gray.inverted() : gray;
  }

  /** From the darkest at 0 to the brightest at 255. */
  private static Picture stretched(Picture gray) {
    float least = Float.POSITIVE_INFINITY;
    float most = Float.NEGATIVE_INFINITY;
    for (float value : gray.values()) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    float[] values = new float[gray.values().length];
    for (int i = 0; i < values.length && most > least; i++) {
      values[i] = 255 * (gray.values()[i] - least) / (most - least);
    }
    return new Picture(gray.height(), gray.width(), 1, values);
  }

  /** The smallest part with all ink in it; empty if there is none. */
  private static Picture cut(Picture ink) {
    int top = ink.height();
    int bottom = 0;
    int left = ink.width();
    int right = 0;
    for (int y = 0; y < ink.height(); y++) {
      for (int x = 0; x < ink.width(); x++) {
        if (ink.at(y, x, 0) > 255 * INK) {
          top = Math.min(top, y);
          bottom = Math.max(bottom, y + 1);
          left = Math.min(left, x);
          right = Math.max(right, x + 1);
        }
      }
    }
    return ink.part(
        Math.min(top, bottom),
        Math.min(left, right),
        Math.max(0, bottom - top),
        Math.max(0, right - left));
  }
}
