package dev.quern.cpu;

import java.util.Arrays;

/**
 * The loops of a training step as stand-ins for {@link VectorElementLoops}, with the same bits.
 * Elements go through arrays, which Java reads quickly before it has compiled anything, see {@link
 * PlainTile}.
 */
final class PlainElementLoops extends ScalarElementLoops {
  /** Elements at a time: arrays of them stay in the first-level cache. */
  private static final int BLOCK = 1024;

  /** Vectors that are summed up side by side, each a single chain. */
  private static final int VECTORS = 4;

  private final int lanes;

  /** Stand-ins for vectors of so many lanes, on which the order of sums depends. */
  PlainElementLoops(int lanes) {
    this.lanes = lanes;
  }

  @Override
  public void reluGradient(long y, long dy, long dx, int count) {
    float[] outputs = Scratch.ofThisThread().floats(0, BLOCK);
    float[] gradients = Scratch.ofThisThread().floats(1, BLOCK);
    for (int from = 0; from < count; from += BLOCK) {
      int length = Math.min(BLOCK, count - from);
      NativeMemory.load(y + 4L * from, outputs, 0, length);
      NativeMemory.load(dy + 4L * from, gradients, 0, length);
      for (int i = 0; i < length; i++) {
        gradients[i] = outputs[i] > 0 ? gradients[i] : 0;
      }
      NativeMemory.store(gradients, 0, dx + 4L * from, length);
    }
  }

  @Override
  public void add(long a, long b, long y, int count) {
    float[] sums = Scratch.ofThisThread().floats(0, BLOCK);
    float[] others = Scratch.ofThisThread().floats(1, BLOCK);
    for (int from = 0; from < count; from += BLOCK) {
      int length = Math.min(BLOCK, count - from);
      NativeMemory.load(a + 4L * from, sums, 0, length);
      NativeMemory.load(b + 4L * from, others, 0, length);
      for (int i = 0; i < length; i++) {
        sums[i] += others[i];
      }
      NativeMemory.store(sums, 0, y + 4L * from, length);
    }
  }

  @Override
  public void scaleBytes(long x, long y, int count, float scale, float shift) {
    float[] values = Scratch.ofThisThread().floats(0, BLOCK);
    byte[] bytes = Scratch.ofThisThread().bytes(BLOCK);
    for (int from = 0; from < count; from += BLOCK) {
      int length = Math.min(BLOCK, count - from);
      NativeMemory.load(x + from, bytes, 0, length);
      for (int i = 0; i < length; i++) {
        values[i] = (bytes[i] & 0xFF) * scale + shift;
      }
      NativeMemory.store(values, 0, y + 4L * from, length);
    }
  }

  @Override
  public boolean finite(long x, int count) {
    float[] values = Scratch.ofThisThread().floats(0, BLOCK);
    float zeros = 0;
    for (int from = 0; from < count; from += BLOCK) {
      int length = Math.min(BLOCK, count - from);
      NativeMemory.load(x + 4L * from, values, 0, length);
      for (int i = 0; i < length; i++) {
        zeros += values[i] * 0;
      }
    }
    return zeros == 0;
  }

  /**
   * As over vectors: where four vectors lie side by side, a column is a chain from the first row to
   * the last; in the columns behind them every fourth row goes to the same of four sums.
   */
  @Override
  public void sumColumns(long x, int rows, int channels, long sums) {
    float[] row = Scratch.ofThisThread().floats(0, channels);
    float[] totals = Scratch.ofThisThread().floats(1, VECTORS * channels);
    Arrays.fill(totals, 0, VECTORS * channels, 0);
    int chains = channels - channels % (VECTORS * lanes);
    for (int i = 0; i < rows; i++) {
      NativeMemory.load(x + 4L * i * channels, row, 0, channels);
      for (int c = 0; c < chains; c++) {
        totals[c] += row[c];
      }
      int total = i < rows - rows % VECTORS ? i % VECTORS * channels : 0;
      for (int c = chains; c < channels; c++) {
        totals[total + c] += row[c];
      }
    }
    for (int c = chains; c < channels; c++) {
      float front = totals[c] + totals[channels + c];
      totals[c] = front + (totals[2 * channels + c] + totals[3 * channels + c]);
    }
    NativeMemory.store(totals, 0, sums, channels);
  }
}
