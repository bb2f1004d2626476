package dev.quern.cpu;

import static dev.quern.cpu.NativeMemory.getFloat;
import static dev.quern.cpu.NativeMemory.getInt;

/** {@link PoolLoops} in plain Java. */
final class ScalarPoolLoops implements PoolLoops {

  @Override
  public void forward(PoolShape shape, long x, int row, long y, long argmax) {
    int channels = shape.channels();
    for (int q = 0; q < shape.columns().outputs(); q++) {
      for (int c = 0; c < channels; c++) {
        long at = 4L * (q * channels + c);
        forwardElement(shape, x + 4L * c, row, q, y + at, argmax == 0 ? 0 : argmax + at);
      }
    }
  }

  /** One maximum; {@code x} is the channel's first element. */
  static void forwardElement(PoolShape shape, long x, int p, int q, long y, long argmax) {
    PoolAxis rows = shape.rows();
    PoolAxis columns = shape.columns();
    int width = columns.size();
    long pixel = 4L * shape.channels();
    float best = Float.NEGATIVE_INFINITY;
    int place = -1;
    for (int r = 0; r < rows.taps(p); r++) {
      int line = (rows.firstInput(p) + r * rows.dilation()) * width;
      for (int s = 0; s < columns.taps(q); s++) {
        int position = line + columns.firstInput(q) + s * columns.dilation();
        float v = getFloat(x + position * pixel);
        // Not "v >= best", since the first of equal values wins; a place, since -infinity can win.
        if (v > best || Float.isNaN(v) || place < 0) {
          best = v;
          place = position;
        }
      }
    }
    NativeMemory.setFloat(y, best);
    if (argmax != 0) {
      NativeMemory.setInt(argmax, place);
    }
  }

  @Override
  public void backward(PoolShape shape, long y, long argmax, long dy, int row, long dx) {
    PoolAxis columns = shape.columns();
    int channels = shape.channels();
    for (int w = 0; w < columns.size(); w++) {
      for (int c = 0; c < channels; c++) {
        float gradient = gradient(shape, y, argmax, dy, row, w, c);
        NativeMemory.setFloat(dx + 4L * (w * channels + c), gradient);
      }
    }
  }

  /** The gradient by one element. */
  static float gradient(PoolShape shape, long y, long argmax, long dy, int h, int w, int c) {
    PoolAxis rows = shape.rows();
    PoolAxis columns = shape.columns();
    int position = h * columns.size() + w;
    float sum = 0;
    for (int p = rows.firstOutput(h); p < rows.endOutput(h); p++) {
      for (int q = columns.firstOutput(w); q < columns.endOutput(w); q++) {
        long at = 4L * ((p * columns.outputs() + q) * shape.channels() + c);
        if (getInt(argmax + at) == position && (y == 0 || getFloat(y + at) > 0)) {
          sum += getFloat(dy + at);
        }
      }
    }
    return sum;
  }
}
