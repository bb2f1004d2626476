package dev.quern.examples;

import dev.quern.train.data.DataSet;
import java.util.Arrays;

/** Pictures of one shade all over, and each class a shade of its own. */
final class Shades {
  private Shades() {}

  /** Square pictures, of all classes in turn. */
  static DataSet draw(int count, int side, int channels, int classes) {
    int elements = side * side * channels;
    byte[] pixels = new byte[count * elements];
    int[] labels = new int[count];
    for (int i = 0; i < count; i++) {
      labels[i] = i % classes;
      byte shade = (byte) (255 * labels[i] / (classes - 1));
      Arrays.fill(pixels, i * elements, (i + 1) * elements, shade);
    }
    return new DataSet("shades", pixels, labels, side, side, channels, classes);
  }
}
