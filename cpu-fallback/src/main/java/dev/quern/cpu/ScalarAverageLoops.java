package dev.quern.cpu;

import static dev.quern.cpu.NativeMemory.getFloat;
import static dev.quern.cpu.NativeMemory.setFloat;

/** {@link AverageLoops} in plain Java, an element at a time, for windows of any form. */
final class ScalarAverageLoops implements AverageLoops {

  @Override
  public void forward(AverageShape shape, long x, int row, int from, int to, long y) {
    int channels = shape.pool().channels();
    int outputs = shape.pool().columns().outputs();
    for (int q = 0; q < outputs; q++) {
      float divisor = shape.divisor(row, q);
      long out = y + 4L * (row * outputs + q) * channels;
      for (int c = from; c < to; c++) {
        setFloat(out + 4L * c, (float) (windowSum(shape.pool(), x + 4L * c, row, q) / divisor));
      }
    }
  }

  private static double windowSum(PoolShape pool, long x, int p, int q) {
    PoolAxis rows = pool.rows();
    PoolAxis columns = pool.columns();
    long pixel = 4L * pool.channels();
    double sum = 0;
    for (int r = 0; r < rows.taps(p); r++) {
      int h = rows.firstInput(p) + r * rows.dilation();
      long line = x + pixel * (h * columns.size() + columns.firstInput(q));
      for (int s = 0; s < columns.taps(q); s++) {
        sum += getFloat(line + pixel * s * columns.dilation());
      }
    }
    return sum;
  }

  @Override
  public void backward(AverageShape shape, long dy, int from, int to, long dx) {
    int channels = shape.pool().channels();
    int width = shape.pool().columns().size();
    for (int h = from; h < to; h++) {
      for (int w = 0; w < width; w++) {
        long in = dx + 4L * (h * width + w) * channels;
        for (int c = 0; c < channels; c++) {
          setFloat(in + 4L * c, gradient(shape, dy + 4L * c, h, w));
        }
      }
    }
  }

  private static float gradient(AverageShape shape, long dy, int h, int w) {
    PoolAxis rows = shape.pool().rows();
    PoolAxis columns = shape.pool().columns();
    long pixel = 4L * shape.pool().channels();
    double sum = 0;
    for (int p = rows.firstOutput(h); p < rows.endOutput(h); p++) {
      for (int q = columns.firstOutput(w); q < columns.endOutput(w); q++) {
        if (rows.holds(p, h) && columns.holds(q, w)) {
          sum += getFloat(dy + pixel * (p * columns.outputs() + q)) / (double) shape.divisor(p, q);
        }
      }
    }
    return (float) sum;
  }
}
