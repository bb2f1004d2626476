package dev.quern.cpu;

/**
 * A convolution of so few taps that all of its filters stay in registers while it goes over the
 * windows of an image: a tile of {@link IndirectProduct} would fetch them anew for every few
 * pixels. The image is in an array, since an element of one is less to compile than a float of
 * native memory, and the compiler gets to the end before it is tired (see {@link
 * VectorTileSet#maxRows}).
 *
 * <p>Every output is the same chain of operations as in {@link IndirectProduct}. Vector versions
 * are generated, a class a {@link HeldShape}.
 */
interface HeldFilters {

  /**
   * Goes over some rows of windows.
   *
   * @param x lines of the image
   * @param line elements from a line of a window to the next
   * @param next elements from a row of windows to the next
   * @param rows rows of windows, the first at element 0
   * @param columns windows in a row
   * @param w a row of filters for each tap; then what their sums start from
   * @param from where those begin
   * @param y address of the first window's outputs
   * @param pixel bytes from them to the next window's
   */
  void run(
      float[] x,
      int line,
      int next,
      int rows,
      int columns,
      float[] w,
      int from,
      long y,
      long pixel);
}
