package dev.quern.train;

import dev.quern.train.data.DataSet;
import java.util.Random;

/** Small data sets of noise, the same for the same seed. */
public final class Rows {
  private Rows() {}

  /** As many rows of random pixels and labels as a network takes. */
  public static DataSet random(Network network, int count, long seed) {
    Random random = new Random(seed);
    Shape shape = network.input();
    int classes = network.output().elements();
    byte[] pixels = new byte[count * shape.elements()];
    random.nextBytes(pixels);
    int[] labels = random.ints(count, 0, classes).toArray();
    return new DataSet(
        "noise", pixels, labels, shape.height(), shape.width(), shape.channels(), classes);
  }

  /** Two classes that differ in which half of the vector is bright: learnt in no time. */
  public static DataSet halves(int count, int elements, long seed) {
    Random random = new Random(seed);
    byte[] pixels = new byte[count * elements];
    int[] labels = random.ints(count, 0, 2).toArray();
    for (int i = 0; i < pixels.length; i++) {
      boolean bright = (i % elements < elements / 2) == (labels[i / elements] == 0);
      pixels[i] = (byte) (random.nextInt(60) + (bright ? 120 : 0));
    }
    return new DataSet("halves", pixels, labels, 1, 1, elements, 2);
  }
}
