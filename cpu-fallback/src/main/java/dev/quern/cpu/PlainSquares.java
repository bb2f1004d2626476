package dev.quern.cpu;

/**
 * Squares element by element.
 *
 * @param side as many elements as the vectors have lanes that it stands in for
 */
record PlainSquares(int side) implements Squares {
  /** Elements of a cache line, where there are no vectors to stand in for. */
  static final int LINE = 16;

  @Override
  public void transpose(long source, long sourceStride, long target, long targetStride, int count) {
    for (long line = 0; line < (long) side * count; line++) {
      long read = source + line * Float.BYTES;
      long write = target + line * targetStride;
      for (long k = 0; k < side; k++) {
        NativeMemory.setFloat(
            write + k * Float.BYTES, NativeMemory.getFloat(read + k * sourceStride));
      }
    }
  }
}
