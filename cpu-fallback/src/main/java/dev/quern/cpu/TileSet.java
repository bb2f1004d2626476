package dev.quern.cpu;

import java.util.concurrent.ConcurrentHashMap;

/** The register tiles of one instruction set, generated when first asked for. */
final class TileSet {
  /** Loaded code, shared like any class; nothing in it depends on a device. */
  private static final ConcurrentHashMap<TileGenerator.Key, Tile> LOADED =
      new ConcurrentHashMap<>();

  private final TileGenerator generator;
  private final int registers;

  /**
   * Tiles of one kind of value.
   *
   * @param lanes writes the operations on values
   * @param registers vector registers of the processor
   */
  TileSet(LaneCode lanes, int registers) {
    generator = new TileGenerator(lanes);
    this.registers = registers;
  }

  /** Tiles of single floats, for plain Java: 16 registers hold floats on every current processor. */
  static TileSet scalar() {
    return new TileSet(new ScalarLaneCode(), 16);
  }

  int lanes() {
    return generator.lanes().lanes();
  }

  /** The tile of this shape. */
  Tile tile(TileShape shape) {
    return LOADED.computeIfAbsent(
        new TileGenerator.Key(generator, shape), key -> generator.generate(shape));
  }

  /** Vectors of the widest tile. */
  int maxVectors() {
    return registers >= 32 ? 4 : 2;
  }

  /**
   * Rows of the tallest tile of this many vectors. With {@code rows * vectors} accumulators, a row of
   * B and a broadcast element of A must stay within the registers, since the compiler moves the loads
   * of a step in front of its multiplications. More rows mean fewer loads of B a product. Measured on
   * two Zen 4 cores, 512 bits: 6x4 reaches 116 of 117 GFLOP/s, 12x2 and 14x2 as much.
   */
  int maxRows(int vectors) {
    if (registers >= 32) {
      return switch (vectors) {
        case 1 -> 14;
        case 2 -> 12;
        case 3 -> 8;
        default -> 6;
      };
    }
    return vectors == 1 ? 8 : 5;
  }

  /**
   * Rows a tile should have for a product of {@code m} rows: the number that wastes least, counting
   * for every tile its multiplications and the loads that go with them.
   */
  int rowsFor(int m, int vectors) {
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
