package dev.quern.cpu;

/** The register tiles of one instruction set. */
interface TileSet {

  /** Float32 lanes of a vector. */
  int lanes();

  /** The tile of this shape, generated when first asked for. */
  WarmingTile tile(TileShape shape);

  /** Vectors of the widest tile. */
  int maxVectors();

  /** Rows of the tallest tile of this many vectors. */
  int maxRows(int vectors);

  /**
   * Rows a tile should have for a product of {@code m} rows: the number that wastes least, counting
   * for every tile its multiplications and the loads that go with them.
   */
  default int rowsFor(int m, int vectors) {
    int most = Math.min(maxRows(vectors), Math.max(1, m));
    int best = most;
    long bestCost = Long.MAX_VALUE;
    for (int rows = most; rows >= Math.max(1, most / 2); rows--) {
      long tiles = (m + rows - 1L) / rows;
      long cost = tiles * (4L * rows * vectors + 3L * vectors + rows);
      if (cost < bestCost) {
        bestCost = cost;
        best = rows;
      }
    }
    return best;
  }
}
