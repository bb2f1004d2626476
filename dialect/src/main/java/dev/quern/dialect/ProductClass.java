package dev.quern.dialect;

/**
 * Products that are alike enough to want the same tile.
 *
 * @param rows upper bound of the rows
 * @param columns upper bound of the columns
 * @param depth upper bound of the length of the sums
 */
record ProductClass(int rows, int columns, int depth) {
  private static final int UNBOUNDED = Integer.MAX_VALUE;
  private static final int[] ROWS = {64, 512, 8192, UNBOUNDED};
  private static final int[] COLUMNS = {16, 32, 48, 64, UNBOUNDED};
  private static final int[] DEPTHS = {16, 128, 1024, UNBOUNDED};

  /** The class of a product. */
  static ProductClass of(long rows, int columns, long depth) {
    return new ProductClass(bound(ROWS, rows), bound(COLUMNS, columns), bound(DEPTHS, depth));
  }

  private static int bound(int[] bounds, long value) {
    for (int bound : bounds) {
      if (value <= bound) {
        return bound;
      }
    }
    return UNBOUNDED;
  }

  /** For example {@code rows<=512 columns<=64 depth any}: how files of findings name it. */
  String text() {
    return "rows" + text(rows) + " columns" + text(columns) + " depth" + text(depth);
  }

  private static String text(int bound) {
    return bound == UNBOUNDED ? " any" : "<=" + bound;
  }
}
