package dev.quern.cpu;

/**
 * How a product is cut: its columns into panels as wide as a tile, the rows of a panel into tiles,
 * and these into blocks, each of which is done in all panels before the next block.
 *
 * @param rows rows of the product
 * @param panels panels of columns
 * @param panelVectors vectors a row of a panel
 * @param lastVectors vectors a row of the last panel
 * @param lastLanes columns in the last vector of all
 * @param tileRows rows of a tile
 * @param tiles tiles of a panel; the last one may have fewer rows
 * @param blockTiles tiles of a panel in a block
 * @param blocks blocks of a panel; the last one may have fewer tiles
 */
record TileGrid(
    int rows,
    int panels,
    int panelVectors,
    int lastVectors,
    int lastLanes,
    int tileRows,
    int tiles,
    int blockTiles,
    int blocks) {
  /** Tiles of one column panel before the next panel: keeps the rows of A in the L1 or L2 cache. */
  private static final int BLOCK_TILES = 32;

  /**
   * Bytes of C in a block, where tiles read the rows of the next one {@link ReadAhead ahead}: those
   * must stay in the L2 cache beside it. 4096 x 4096 sums of 32 and of 64 products went from 123 to
   * 159 and from 156 to 194 GFLOP/s (Zen 4, of 235; blocks of 32 tiles are 3 MB there), 2048 x 2048
   * of 64 from 182 to 205, 1024 x 4096 of 32 from 156 to 180; 512 KB is as good within 2 %, 128 KB
   * and less lost up to 5 %. Longer sums, whose panels of B are larger, lost up to 2 % with 256 KB.
   */
  private static final int BLOCK_BYTES = 256 << 10;

  /**
   * Cuts a product.
   *
   * @param aheadOfC whether tiles read ahead the rows of C that the next block writes
   * @param repeats how often it is repeated
   * @param workers who share its tiles out, 1 if other products' tiles are shared out with them
   */
  static TileGrid of(
      TileSet set, int rows, Columns columns, boolean aheadOfC, long repeats, int workers) {
    int lanes = set.lanes();
    int vectors = Math.ceilDiv(columns.count(), lanes);
    int panelVectors = columns.panel() / lanes;
    int panels = Math.max(1, Math.ceilDiv(vectors, Math.max(1, panelVectors)));
    int lastVectors = vectors - (panels - 1) * panelVectors;
    int lastLanes = columns.count() - (vectors - 1) * lanes;
    int tileRows = set.rowsFor(rows, panelVectors, repeats * panels, workers);
    int tiles = Math.ceilDiv(rows, tileRows);
    int blockTiles =
        Math.min(tiles, aheadOfC ? smallBlock(columns.count(), tileRows) : BLOCK_TILES);
    int blocks = tiles == 0 ? 0 : Math.ceilDiv(tiles, blockTiles);
    return new TileGrid(
        rows, panels, panelVectors, lastVectors, lastLanes, tileRows, tiles, blockTiles, blocks);
  }

  private static int smallBlock(int columns, int tileRows) {
    long tileBytes = (long) Float.BYTES * columns * tileRows;
    return Math.clamp(BLOCK_BYTES / Math.max(1, tileBytes), 1, BLOCK_TILES);
  }

  /** Rows of the last tile, if it is not to compute some that another one computes. */
  int tailRows() {
    int rest = rows % tileRows;
    return rest == 0 ? tileRows : rest;
  }

  /** Tiles of all blocks in all panels, in which the last block counts as a whole one. */
  long units() {
    return (long) blocks * panels * blockTiles;
  }
}
