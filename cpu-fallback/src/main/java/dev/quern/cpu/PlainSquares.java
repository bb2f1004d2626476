package dev.quern.cpu;

/**
 * Squares element by element.
 *
 * @param lines as many as the vectors take that it stands in for
 */
record PlainSquares(int lines) implements Squares {

  @Override
  public void transpose(long source, long sourceStride, long target, long targetStride, int count) {
    for (long line = 0; line < lines; line++) {
      long read = source + line * Float.BYTES;
      long write = target + line * targetStride;
      for (long k = 0; k < (long) SIDE * count; k++) {
        NativeMemory.setFloat(
            write + k * Float.BYTES, NativeMemory.getFloat(read + k * sourceStride));
      }
    }
  }
}
