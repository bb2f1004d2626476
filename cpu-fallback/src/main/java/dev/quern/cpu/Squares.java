package dev.quern.cpu;

/** Transposes squares of {@link #SIDE} by {@link #SIDE} elements. */
interface Squares {
  /** Elements of a side: half a cache line. */
  int SIDE = 8;

  /** Elements of a row of the source that are taken at once: those of one square or of two. */
  int lines();

  /**
   * Transposes a column of squares, one below the other, into a row of them; {@link #lines} are
   * columns of the source and rows of the target.
   *
   * @param source address of the first square
   * @param sourceStride bytes between its rows
   * @param target address of the first square transposed; the next one follows 8 elements on
   * @param targetStride bytes between its rows
   * @param count squares
   */
  void transpose(long source, long sourceStride, long target, long targetStride, int count);
}
