package dev.quern.cpu;

import java.util.concurrent.ConcurrentHashMap;
import jdk.incubator.vector.FloatVector;

/** Tiles of vectors of the width that {@link VectorWidth} settled on. */
final class VectorTileSet implements TileSet {
  /** Loaded code, shared like any class: nothing in it depends on a device. */
  private static final ConcurrentHashMap<TileShape, WarmingTile> LOADED = new ConcurrentHashMap<>();

  private static final TileWarmUp WARM_UP = new TileWarmUp();

  private final int registers = registers();

  /** AVX-512, at any width, and NEON have 32 vector registers; AVX2 and SSE have 16. */
  private static int registers() {
    boolean arm = System.getProperty("os.arch", "").equals("aarch64");
    return arm || FloatVector.SPECIES_PREFERRED.vectorBitSize() >= 512 ? 32 : 16;
  }

  @Override
  public int lanes() {
    return VectorWidth.LANES;
  }

  @Override
  public WarmingTile tile(TileShape shape) {
    return LOADED.computeIfAbsent(shape, VectorTileSet::load);
  }

  private static WarmingTile load(TileShape shape) {
    Tile vector = new VectorTileGenerator(shape).generate();
    boolean warmsUp = Boolean.parseBoolean(System.getProperty("quern.cpu.warmUp", "true"));
    return warmsUp
        ? new WarmingTile(shape, new PlainTile(shape, VectorWidth.LANES), vector, WARM_UP)
        : new WarmingTile(shape, vector);
  }

  @Override
  public int maxVectors() {
    return registers >= 32 ? 4 : 2;
  }

  /**
   * With {@code rows * vectors} accumulators, a row of B and a broadcast element of A must stay
   * within the registers, since the compiler moves the loads of a step in front of its
   * multiplications. More rows mean fewer loads of B a product. Measured on two Zen 4 cores, 512
   * bits: 6x4 reaches 116 of 117 GFLOP/s, 12x2 as much.
   */
  @Override
  public int maxRows(int vectors) {
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
}
