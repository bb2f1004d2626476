package dev.quern.dialect;

/** Which tile a product uses. */
final class Tiles {
  /** Floats of a vector from which on a processor has 32 vector registers (AVX-512). */
  private static final int LANES_OF_MANY_REGISTERS = 16;

  /** Multiply-adds of vectors below which a work-item is too short to be a group by itself. */
  private static final long SHORT_TILE = 1_000;

  private static final int SHORT_GROUP = 8;

  private Tiles() {}

  /**
   * The tile that was measured to be fastest for such products, if there is one; else a guess.
   *
   * @param rows rows of the product
   * @param columns columns of the product
   * @param depth length of the sums
   * @param repeats how often it is repeated
   */
  static Tile choose(DialectDevice device, long rows, int columns, long depth, long repeats) {
    Tile untuned = untuned(device.traits(), rows, columns, depth, repeats);
    Tile tuned = device.tuning().tile(ProductClass.of(rows, columns, depth));
    // A tile that was fast for the widest of its class may be wider than this product.
    return tuned != null && tuned.panelColumns() <= untuned.panelColumns() ? tuned : untuned;
  }

  /** A tile for a device that nobody has measured. */
  static Tile untuned(Traits traits, long rows, int columns, long depth, long repeats) {
    return traits.usesVectors()
        ? vectors(traits, columns, depth)
        : blocks(traits, rows, columns, repeats);
  }

  /**
   * Accumulators, a row of B and the addresses of the rows of A have to stay in registers. Measured
   * on PoCL 3.1, two Zen 4 cores, peak 233 GFLOP/s, convolution 32 to 64 channels: 12x2 loses half
   * its speed to addresses that do not fit (102 GFLOP/s), 10x2 reaches 214, 4x4 217 and 6x4 215; of
   * a product of 512, 4x4 reaches 211, and 6x4 190.
   */
  private static Tile vectors(Traits traits, int columns, long depth) {
    boolean many = traits.lanes() >= LANES_OF_MANY_REGISTERS;
    int most = many ? 4 : 2;
    int vectors = Math.max(1, (columns + traits.lanes() - 1) / traits.lanes());
    int panels = (vectors + most - 1) / most;
    int wide = (vectors + panels - 1) / panels;
    int rows =
        switch (wide) {
          case 1, 2 -> many ? 10 : 5;
          case 3 -> 6;
          default -> 4;
        };
    int group = depth * rows * wide < SHORT_TILE ? SHORT_GROUP : 2;
    return Tile.ofVectors(rows, wide, traits.lanes(), group);
  }

  /** Large blocks if they keep every compute unit busy, else smaller ones. */
  private static Tile blocks(Traits traits, long rows, int columns, long repeats) {
    Tile large = Tile.ofBlocks(8, 8, 16, 16, 8);
    Tile middle = Tile.ofBlocks(4, 4, 16, 16, 16);
    Tile small = Tile.ofBlocks(2, 2, 8, 8, 16);
    for (Tile tile : new Tile[] {large, middle}) {
      long groups = (rows / tile.tableRows()) * (columns / tile.panelColumns()) * repeats;
      boolean fits = tile.groupRows() * tile.groupColumns() <= traits.groupItems();
      if (fits && groups >= 2L * traits.units() && columns >= tile.panelColumns()) {
        return tile;
      }
    }
    return small;
  }
}
