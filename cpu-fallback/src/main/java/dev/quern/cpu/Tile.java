package dev.quern.cpu;

/**
 * One register tile of a product over indirection tables: {@code rows x (vectors * lanes)} elements
 * of C, every one of them a sum over the steps kept in a register,
 *
 * <pre>
 * C[outs[row + i] + j] = ending(sum over k of A[rows[row + i] + steps[2k]] * B[steps[2k + 1] + j])
 * </pre>
 *
 * <p>Vector versions are generated, a class a {@link TileShape}.
 */
interface Tile {

  /**
   * Computes the tile. Addresses are in bytes, table entries in elements.
   *
   * @param a address that {@code rows} and the first entries of {@code steps} count from
   * @param rows offset in A of each row
   * @param b address that the second entries of {@code steps} count from
   * @param steps for each step of the sum its offset in A and in B, none below 0
   * @param c address that {@code outs} counts from
   * @param outs offset in C of each row
   * @param row first row of the tile
   * @param bias address of the bias of the first column
   * @param lastLanes columns in the last vector, if the shape is masked
   * @param alpha factor of the sum, if the shape scales
   * @param beta factor of the old C, if the shape blends
   * @param ahead address of memory that is needed next, if the shape reads ahead: Java has no
   *     instruction that only fetches
   * @param aheadStep bytes from what a step of the sum reads of it to what the next one does
   * @return what it read ahead, mixed, or 0: of no use, but compilers leave out what nothing comes
   *     of
   */
  int run(
      long a,
      int[] rows,
      long b,
      int[] steps,
      long c,
      int[] outs,
      int row,
      long bias,
      int lastLanes,
      float alpha,
      float beta,
      long ahead,
      int aheadStep);
}
