package dev.quern.cpu;

/** Transposes squares of {@link #side} by {@link #side} elements. */
interface Squares {

  /** Elements of a side: with vectors, the lanes of one. */
  int side();

  /**
   * Transposes a row of squares, one beside the other, into a column of them.
   *
   * @param source address of the first square; the next one follows {@link #side} elements on
   * @param sourceStride bytes between its rows
   * @param target address of the first square transposed; the next one follows below it
   * @param targetStride bytes between its rows
   * @param count squares
   */
  void transpose(long source, long sourceStride, long target, long targetStride, int count);
}
