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
   * Cuts a product.
   *
   * @param repeats how often it is repeated
   * @param workers who share its tiles out, 1 if other products' tiles are shared out with them
   */
  static TileGrid of(TileSet set, int rows, Columns columns, long repeats, int workers) {
    int lanes = set.lanes();
    int vectors = Math.ceilDiv(columns.count(), lanes);
    int panelVectors = columns.panel() / lanes;
    int panels = Math.max(1, Math.ceilDiv(vectors, Math.max(1, panelVectors)));
    int lastVectors = vectors - (panels - 1) * panelVectors;
    int lastLanes = columns.count() - (vectors - 1) * lanes;
    int tileRows = set.rowsFor(rows, panelVectors, repeats * panels, workers);
    int tiles = Math.ceilDiv(rows, tileRows);
    int blockTiles = Math.min(tiles, BLOCK_TILES);
    int blocks = tiles == 0 ? 0 : Math.ceilDiv(tiles, blockTiles);
    return new TileGrid(
        rows, panels, panelVectors, lastVectors, lastLanes, tileRows, tiles, blockTiles, blocks);
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
