package dev.quern.cpu;

import dev.quern.kernels.indirect.IndirectTables;
import java.util.concurrent.ConcurrentHashMap;
import jdk.incubator.vector.FloatVector;

/** Tiles of vectors of the width that {@link VectorWidth} settled on. */
final class VectorTileSet implements TileSet {
  /** Loaded code, shared like any class: nothing in it depends on a device. */
  private static final ConcurrentHashMap<TileShape, Warming<Tile>> LOADED =
      new ConcurrentHashMap<>();

  private static final ConcurrentHashMap<HeldShape, Warming<HeldFilters>> HELD =
      new ConcurrentHashMap<>();

  private static final Warming<Squares> SQUARES =
      VectorWidth.bits() < VectorSquares.LEAST_BITS
          ? Warming.only(new PlainSquares(PlainSquares.LINE))
          : VectorSimd.warming(
              new PlainSquares(VectorWidth.LANES), VectorSquares::new, VectorSquares::exercise);

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
  public Warming<Tile> tile(TileShape shape) {
    return LOADED.computeIfAbsent(shape, VectorTileSet::load);
  }

  private static Warming<Tile> load(TileShape shape) {
    return VectorSimd.warming(
        new PlainTile(shape, VectorWidth.LANES),
        new VectorTileGenerator(shape)::generate,
        tile -> exercise(shape, tile));
  }

  /**
   * HotSpot compiles a method after 600 runs and 15,000 rounds of its loop. What it has not seen by
   * then it leaves out, and when that comes makes the code anew, at times for the worse: so a
   * masked tile is run with a whole last vector and with a part of one.
   */
  private static boolean exercise(TileShape shape, Tile tile) {
    int runs = 50;
    int depth = 26;
    int lanes = VectorWidth.LANES;
    int columns = shape.vectors() * lanes;
    long operandBytes = (long) depth * columns * Float.BYTES;
    try (NativeBlock block = new NativeBlock(operandBytes * (shape.rows() + 2L))) {
      int[] rows = IndirectTables.regular(shape.rows(), depth);
      int[] outs = IndirectTables.regular(shape.rows(), columns);
      int[] steps = IndirectTables.regularSteps(depth, 1, columns);
      long a = block.address();
      long c = a + operandBytes;
      return Warming.untilCompiled(
          (long) runs * depth * shape.rows() * shape.vectors(),
          () -> {
            for (int run = 0; run < runs; run++) {
              tile.run(a, rows, a, steps, c, outs, 0, a, lanes - run % 2, 1, 0, a, 0);
            }
          });
    }
  }

  @Override
  public Warming<HeldFilters> held(HeldShape shape) {
    return HELD.computeIfAbsent(shape, VectorTileSet::load);
  }

  private static Warming<HeldFilters> load(HeldShape shape) {
    return VectorSimd.warming(
        new PlainHeldFilters(shape, VectorWidth.LANES),
        new VectorHeldGenerator(shape)::generate,
        loops -> exercise(shape, loops));
  }

  private static boolean exercise(HeldShape shape, HeldFilters loops) {
    int runs = 40;
    int rows = 2;
    int columns = 13;
    int width = shape.vectors() * VectorWidth.LANES;
    int line = shape.offset(shape.taps() - 1) + 1 + (columns - 1) * shape.step();
    float[] x = new float[(shape.r() - 1 + rows) * line];
    float[] w = new float[(shape.taps() + 1) * width];
    long pixel = (long) width * Float.BYTES;
    try (NativeBlock block = new NativeBlock((long) rows * columns * pixel)) {
      return Warming.untilCompiled(
          (long) runs * rows * columns * shape.taps() * shape.vectors(),
          () -> {
            for (int run = 0; run < runs; run++) {
              loops.run(x, line, line, rows, columns, w, 0, block.address(), pixel);
            }
          });
    }
  }

  /**
   * Two vectors of filters a tap or none: a window also needs its sums, what they start from, and
   * an element of the image. With one vector there is a single chain of multiply-adds, which waits
   * for itself: 27 taps fell to half of the tiles' rate, 9 with AVX2 to two thirds.
   */
  @Override
  public int heldVectors(int taps) {
    return (taps + 2) * 2 + 1 <= registers ? 2 : 0;
  }

  @Override
  public Warming<Squares> squares() {
    return SQUARES;
  }

  @Override
  public int maxVectors() {
    return registers >= 32 ? 4 : 2;
  }

  /**
   * With {@code rows * vectors} accumulators, a row of B and a broadcast element of A must stay
   * within the registers, since the compiler moves the loads of a step in front of its
   * multiplications. More rows mean fewer loads of B a product. Measured on two Zen 4 cores, 512
   * bits, of 117 GFLOP/s a core: 6x4 reaches 113, 8x2 111 (10x2 108, 12x2 106), 7x3 110, 12x1 86.
   * AVX2, of 117: 6x2 110, 5x2 109, 3x3 104; 4x3, whose loads no longer fit, 47.
   *
   * <p>And the compiler should get to the last element of A before it has grown to 18,000 nodes
   * (NodeCountInliningCutoff). Reading a float goes through methods that the JDK does not force
   * into their callers, as it does with vectors; where the cutoff falls between, they stay calls,
   * and a call in this loop makes a tile four times slower. By its log a row of A takes 750 nodes,
   * a vector of B 450, a multiplication 460, some more if the process has used the JDK in other
   * ways before: 12x2 was at 17,900 with two rows to read, and 7x3 went over it in some processes.
   * 6x4 did, too, in one of six, and whole networks took 1.6 times as long there, as long as a row
   * of A was read behind the multiplications of the one before. Read a row ahead, the tiles here
   * are done with A after 16,200 at most. (Reading all of A first fills the registers: a third
   * slower.)
   */
  @Override
  public int maxRows(int vectors) {
    if (registers >= 32) {
      return switch (vectors) {
        case 1 -> 12;
        case 2 -> 8;
        default -> 6;
      };
    }
    return switch (vectors) {
      case 1 -> 8;
      default -> 6;
    };
  }

  /**
   * The nine taps of a 3x3 filter in one tile, not in two of five: the gradient of MNIST's first
   * filters went from 365 to 415 GFLOP/s. In general 9x2 is 2 to 5 % slower than 8x2.
   */
  @Override
  public int mostRowsAlone(int vectors) {
    return registers >= 32 && vectors == 2 ? 9 : maxRows(vectors);
  }
}
