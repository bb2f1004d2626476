package dev.quern.cpu;

/** The register tiles of one instruction set. */
interface TileSet {

  /** Float32 lanes of a vector. */
  int lanes();

  /** The tile of this shape, generated when first asked for. */
  Warming<Tile> tile(TileShape shape);

  /** The loop of this shape, generated when first asked for. */
  Warming<HeldFilters> held(HeldShape shape);

  /** Vectors of filters, a tap, that the registers can hold beside what a window needs; or 0. */
  int heldVectors(int taps);

  /** What transposes operands for the tiles. */
  Warming<Squares> squares();

  /** Vectors of the widest tile. */
  int maxVectors();

  /** Rows of the tallest tile of this many vectors. */
  int maxRows(int vectors);

  /**
   * Rows up to which a product is one tile: maybe more than are best where there are many tiles.
   */
  default int mostRowsAlone(int vectors) {
    return maxRows(vectors);
  }

  /**
   * Rows a tile should have for a product of {@code m} rows. The tallest tile, unless another one
   * saves a twentieth of the work, counting for every tile its multiplications and the loads that
   * go with them: each shape more is code more to compile. Work is what the busiest worker does: a
   * product of 44 tall tiles would leave 20 of 64 workers idle.
   *
   * @param panels how many times there are {@code m} rows
   * @param workers who share the tiles out, 1 if other products' tiles are shared out with them
   */
  default int rowsFor(int m, int vectors, long panels, int workers) {
    int most = m <= mostRowsAlone(vectors) ? Math.max(1, m) : maxRows(vectors);
    int best = most;
    double bestCost = 0.95 * cost(share(m, most, panels, workers), most, vectors);
    for (int rows = most - 1; rows >= Math.max(1, most / 2); rows--) {
      double cost = cost(share(m, rows, panels, workers), rows, vectors);
      if (cost < bestCost) {
        bestCost = cost;
        best = rows;
      }
    }
    return best;
  }

  /**
   * Whether the last rows of a product should be covered by a whole tile that computes some of them
   * twice, rather than by a smaller tile: unless that saves a twentieth of the work.
   */
  default boolean overlapPays(int m, int rows, int vectors) {
    int rest = m % rows;
    double exact = cost(m / rows, rows, vectors) + (rest == 0 ? 0 : cost(1, rest, vectors));
    double whole = cost(Math.ceilDiv(m, rows), rows, vectors);
    return exact > 0.95 * whole;
  }

  /** Tiles of the worker that has most. */
  private static long share(int m, int rows, long panels, int workers) {
    return Math.ceilDiv(panels * Math.ceilDiv(m, rows), workers);
  }

  private static double cost(long tiles, int rows, int vectors) {
    return tiles * (4.0 * rows * vectors + 3.0 * vectors + rows);
  }
}
