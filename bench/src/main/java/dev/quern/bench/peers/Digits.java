package dev.quern.bench.peers;

import dev.quern.train.data.DataSet;
import dev.quern.train.data.SyntheticDigits;

/**
 * Drawn digits in batches, as floats from 0 to 1. Enough of them that a network does not know them
 * by heart after a second, which would leave it numbers too small to be normal, and slow.
 */
public final class Digits {
  /** As many as Quern's own side trains on. */
  private static final int ROWS = 4096;

  private static final long SEED = 1;

  private final DataSet set;
  private final int batch;

  /** Batches of so many pictures. */
  public Digits(int batch) {
    this.batch = batch;
    set = SyntheticDigits.draw(Math.max(ROWS / batch, 1) * batch, SEED);
  }

  /** Pictures in a batch. */
  public int batch() {
    return batch;
  }

  /** Number of batches. */
  public int batches() {
    return set.count() / batch;
  }

  /** Pixels of a batch, [batch, 28, 28]: with one channel, NHWC and NCHW are the same. */
  public float[] pixels(int index) {
    byte[] bytes = set.pixels(index * batch, (index + 1) * batch);
    float[] pixels = new float[bytes.length];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = Byte.toUnsignedInt(bytes[i]) / 255f;
    }
    return pixels;
  }

  /** The right classes of a batch, [batch], 0 to 9. */
  public int[] labels(int index) {
    return set.subset(index * batch, (index + 1) * batch).labels();
  }
}
