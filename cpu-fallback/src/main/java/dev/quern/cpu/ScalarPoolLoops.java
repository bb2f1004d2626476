package dev.quern.cpu;

import java.util.Arrays;

/**
 * {@link PoolLoops} in plain Java, a pixel with all its channels at a time. Rows go through arrays,
 * which Java reads quickly before it has compiled anything, see {@link PlainTile}.
 */
final class ScalarPoolLoops implements PoolLoops {

  @Override
  public void forward(PoolShape shape, long x, int from, int to, long y, long argmax) {
    for (int p = from; p < to; p++) {
      long at = 4L * p * shape.outputRow();
      forwardRow(shape, x, p, y + at, argmax == 0 ? 0 : argmax + at);
    }
  }

  private static void forwardRow(PoolShape shape, long x, int row, long y, long argmax) {
    int width = shape.outputRow();
    Scratch scratch = Scratch.ofThisThread();
    float[] best = scratch.floats(0, width);
    int[] places = scratch.ints(0, width);
    float[] line = scratch.floats(1, shape.inputRow());
    Arrays.fill(best, 0, width, Float.NEGATIVE_INFINITY);
    Arrays.fill(places, 0, width, -1);
    PoolAxis rows = shape.rows();
    for (int r = 0; r < rows.taps(row); r++) {
      int h = rows.firstInput(row) + r * rows.dilation();
      NativeMemory.load(x + 4L * h * shape.inputRow(), line, 0, shape.inputRow());
      for (int q = 0; q < shape.columns().outputs(); q++) {
        forwardPixel(shape, line, h, q, best, places);
      }
    }
    NativeMemory.store(best, 0, y, width);
    if (argmax != 0) {
      NativeMemory.store(places, 0, argmax, width);
    }
  }

  /** The taps of one window that lie in the input's row {@code h}. */
  private static void forwardPixel(
      PoolShape shape, float[] line, int h, int q, float[] best, int[] places) {
    PoolAxis columns = shape.columns();
    int channels = shape.channels();
    for (int s = 0; s < columns.taps(q); s++) {
      int w = columns.firstInput(q) + s * columns.dilation();
      choose(line, w * channels, h * columns.size() + w, best, places, q * channels, channels);
    }
  }

  private static void choose(
      float[] line, int from, int place, float[] best, int[] places, int to, int count) {
    for (int c = 0; c < count; c++) {
      float v = line[from + c];
      // Not "v >= best", since the first of equal values wins; a place, since -infinity can win.
      if (v > best[to + c] || Float.isNaN(v) || places[to + c] < 0) {
        best[to + c] = v;
        places[to + c] = place;
      }
    }
  }

  @Override
  public void backward(PoolShape shape, long y, long argmax, long dy, int from, int to, long dx) {
    for (int h = from; h < to; h++) {
      backwardRow(shape, y, argmax, dy, h, dx + 4L * h * shape.inputRow());
    }
  }

  private static void backwardRow(PoolShape shape, long y, long argmax, long dy, int row, long dx) {
    PoolAxis rows = shape.rows();
    int width = shape.outputRow();
    Scratch scratch = Scratch.ofThisThread();
    float[] sums = scratch.floats(0, shape.inputRow());
    float[] gradients = scratch.floats(1, width);
    float[] outputs = scratch.floats(2, width);
    int[] places = scratch.ints(0, width);
    Arrays.fill(sums, 0, shape.inputRow(), 0);
    for (int p = rows.firstOutput(row); p < rows.endOutput(row); p++) {
      long at = 4L * p * width;
      NativeMemory.load(argmax + at, places, 0, width);
      NativeMemory.load(dy + at, gradients, 0, width);
      if (y != 0) {
        NativeMemory.load(y + at, outputs, 0, width);
        silence(gradients, outputs, width);
      }
      for (int w = 0; w < shape.columns().size(); w++) {
        backwardPixel(shape, places, gradients, row, w, sums);
      }
    }
    NativeMemory.store(sums, 0, dx, shape.inputRow());
  }

  /** The ReLU's gradient, in place. */
  private static void silence(float[] gradients, float[] outputs, int count) {
    for (int i = 0; i < count; i++) {
      if (!(outputs[i] > 0)) {
        gradients[i] = 0;
      }
    }
  }

  /** What one pixel gets from a row of outputs. */
  private static void backwardPixel(
      PoolShape shape, int[] places, float[] gradients, int h, int w, float[] sums) {
    PoolAxis columns = shape.columns();
    int channels = shape.channels();
    for (int q = columns.firstOutput(w); q < columns.endOutput(w); q++) {
      int place = h * columns.size() + w;
      collect(places, gradients, q * channels, place, sums, w * channels, channels);
    }
  }

  private static void collect(
      int[] places, float[] gradients, int from, int place, float[] sums, int to, int count) {
    for (int c = 0; c < count; c++) {
      if (places[from + c] == place) {
        sums[to + c] += gradients[from + c];
      }
    }
  }
}
