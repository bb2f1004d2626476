package dev.quern.cpu;

/**
 * The columns of B and C in an {@link IndirectProduct}, which are cut into panels as wide as a
 * tile.
 *
 * @param count how many
 * @param panel how many of them a panel has: whole vectors
 * @param panelStride elements of B between panels; 0 if they lie side by side
 */
record Columns(int count, int panel, long panelStride) {
  /** Rows of a product that any tile covers well. */
  static final int MANY_ROWS = Integer.MAX_VALUE;

  /**
   * What a panel of B may take. Each tile reads all of it, from the second-level cache if it fits:
   * 3x3 convolutions of 512 channels went from 460 to 520 GFLOP/s when panels of 4608 rows were
   * halved, products of 2048 x 2048 x 4096 from 423 to 452.
   */
  private static final int PANEL_BYTES = 768 << 10;

  /** What a panel takes that stays in the first-level cache, at most. */
  private static final int NEAR_BYTES = 32 << 10;

  /** One makes a tile that waits for its loads. */
  private static final int LEAST_VECTORS = 2;

  /**
   * Rows that wide tiles may cover for each that is covered by narrow ones, which are taller. A
   * product of 32 rows, 128 columns and sums of 1600 went from 425 to 465 GFLOP/s in tiles of 8x2
   * instead of 4x4, which read twice as much of B for each multiplication. With sums of 128, whose
   * panels are in the first-level cache, it lost 3 %.
   */
  private static final double MOST_ROWS_COVERED = 1.05;

  /** Columns side by side, in panels that short sums and many rows allow. */
  static Columns of(int count, TileSet set) {
    return of(MANY_ROWS, count, 0, set);
  }

  /** Columns side by side, for so many rows of sums of so many products. */
  static Columns of(int rows, int count, int depth, TileSet set) {
    return new Columns(count, ofPanel(rows, count, depth, set), 0);
  }

  /** Columns of a panel, where there are so many, for so many rows of sums of so many products. */
  static int ofPanel(int rows, int count, int depth, TileSet set) {
    int most = set.maxVectors();
    long widest = (long) depth * most * set.lanes() * Float.BYTES;
    boolean halves = most / 2 >= LEAST_VECTORS;
    boolean narrow = widest > NEAR_BYTES && fitsNarrowTiles(rows, set);
    if (halves && (widest > PANEL_BYTES || narrow)) {
      most /= 2; // as many columns divide by it as did before
    }
    int vectors = (count + set.lanes() - 1) / set.lanes();
    int panels = Math.max(1, (vectors + most - 1) / most);
    return (vectors + panels - 1) / panels * set.lanes();
  }

  private static boolean fitsNarrowTiles(int rows, TileSet set) {
    double narrow = covered(rows, set.maxRows(set.maxVectors() / 2));
    return covered(rows, set.maxRows(set.maxVectors())) > MOST_ROWS_COVERED * narrow;
  }

  private static long covered(int rows, int tileRows) {
    return (long) Math.ceilDiv(rows, tileRows) * tileRows;
  }
}
