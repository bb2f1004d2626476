package dev.quern.cpu;

/** {@link HeldFilters} in plain Java: the same bits. */
final class PlainHeldFilters implements HeldFilters {
  private final HeldShape shape;
  private final int width;

  PlainHeldFilters(HeldShape shape, int lanes) {
    this.shape = shape;
    width = shape.vectors() * lanes;
  }

  @Override
  public void run(
      float[] x,
      int line,
      int next,
      int rows,
      int columns,
      float[] w,
      int from,
      long y,
      long pixel) {
    float[] sums = Scratch.ofThisThread().floats(2, width);
    long target = y;
    for (int row = 0; row < rows; row++) {
      for (int q = 0; q < columns; q++) {
        System.arraycopy(w, from + shape.taps() * width, sums, 0, width);
        sumUp(x, row * next + q * shape.step(), line, w, from, sums);
        NativeMemory.store(sums, 0, target, width);
        target += pixel;
      }
    }
  }

  private void sumUp(float[] x, int window, int line, float[] w, int from, float[] sums) {
    for (int tap = 0; tap < shape.taps(); tap++) {
      float element = x[window + shape.line(tap) * line + shape.offset(tap)];
      int row = from + tap * width;
      for (int j = 0; j < width; j++) {
        sums[j] = Math.fma(element, w[row + j], sums[j]);
      }
    }
    if (shape.relu()) {
      for (int j = 0; j < width; j++) {
        sums[j] = sums[j] <= 0 ? 0 : sums[j];
      }
    }
  }
}
