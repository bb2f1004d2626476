package dev.quern.cpu;

/**
 * What a {@link Tile} is generated from.
 *
 * @param rows rows of the tile
 * @param vectors vectors a row
 * @param masked whether the last vector is only partly written
 * @param ending what happens to the sums
 * @param ahead whether it reads memory that is needed next
 */
record TileShape(int rows, int vectors, boolean masked, Ending ending, boolean ahead) {

  /**
   * What becomes of the sums, in this order: {@code sum * alpha + C * beta + bias}, then ReLU.
   *
   * @param scales whether the sum is multiplied by alpha
   * @param blends whether the old C, times beta, is added
   * @param biased whether a bias is added; where nothing scales or blends the sum starts from it
   * @param relu whether negative results become 0
   */
  record Ending(boolean scales, boolean blends, boolean biased, boolean relu) {
    static final Ending PLAIN = new Ending(false, false, false, false);

    /** Whether the sum can start from the bias, which saves an addition. */
    boolean startsFromBias() {
      return biased && !scales && !blends;
    }
  }
}
