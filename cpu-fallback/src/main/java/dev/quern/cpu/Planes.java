package dev.quern.cpu;

/**
 * What patches become between Winograd's transforms: for each of {@code size x size} points a
 * matrix of its own, rows of channels.
 *
 * @param size points along an axis
 * @param rows rows of each matrix
 * @param channels elements of a row
 */
record Planes(int size, int rows, int channels) {
  /** A cache line: planes a multiple of 4 KB apart would fall on each other in the caches. */
  private static final long GAP = 16;

  /** Elements from a plane to the next. */
  long stride() {
    return (long) rows * channels + GAP;
  }

  /** Bytes of all planes. */
  long bytes() {
    return stride() * count() * Float.BYTES;
  }

  /** Number of planes. */
  int count() {
    return size * size;
  }

  /** Offsets of the planes in bytes, column by column of the points. */
  long[] byColumns() {
    long plane = stride() * Float.BYTES;
    return PatchTransform.byColumns(size, plane * size, plane);
  }

  /** Offsets of the planes in bytes, row by row of the points. */
  long[] byRows() {
    long plane = stride() * Float.BYTES;
    return PatchTransform.byRows(size, plane * size, plane);
  }
}
