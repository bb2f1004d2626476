package dev.quern.cpu;

import org.jspecify.annotations.Nullable;

/**
 * A shape's plain tile until its vector tile has been compiled, then that. Interpreted, a vector
 * tile is thousands of times slower than compiled, and a training step uses a dozen of them:
 * without a stand-in the first step would take seconds. Both compute the same bits, so the moment
 * of the change shows in nothing but speed.
 */
final class WarmingTile {
  /** Rounds of runs after which a tile that still is not compiled is given up: a JVM without C2. */
  private static final int MOST_ROUNDS = 2_000;

  /**
   * Runs of a round; {@code STEPS} steps each. HotSpot compiles after 600 runs and 15,000 steps.
   */
  private static final int RUNS = 50;

  private static final int STEPS = 26;

  /** Compiled, a vector operation takes under a nanosecond; interpreted, more than fifty. */
  private static final long COMPILED_NANOS = 10;

  private final TileShape shape;
  private final Tile plain;
  private final Tile vector;
  private final @Nullable TileWarmUp warmUp;
  private volatile Tile current;
  private volatile int uses;

  /** A tile that is always the same one. */
  WarmingTile(TileShape shape, Tile only) {
    this.shape = shape;
    plain = only;
    vector = only;
    current = only;
    warmUp = null;
  }

  WarmingTile(TileShape shape, Tile plain, Tile vector, TileWarmUp warmUp) {
    this.shape = shape;
    this.plain = plain;
    this.vector = vector;
    this.current = plain;
    this.warmUp = warmUp;
  }

  /**
   * The tile to use now. The first call asks for the warm-up: what is never used is never warmed.
   */
  Tile current() {
    Tile tile = current;
    if (tile == plain && warmUp != null) {
      noteUse(warmUp);
    }
    return tile;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // a rough count is enough to tell what matters
  private void noteUse(TileWarmUp queue) {
    if (uses++ == 0) {
      queue.add(this);
    }
  }

  /** About how often it was asked for while cold. */
  int uses() {
    return uses;
  }

  /** Runs the vector tile on made-up operands until it has been compiled. */
  void warmUp() {
    int lanes = VectorWidth.LANES;
    int columns = shape.vectors() * lanes;
    long operandBytes = (long) STEPS * columns * Float.BYTES;
    try (NativeBlock block = new NativeBlock(operandBytes * (shape.rows() + 2L))) {
      int[] rows = IndirectTables.regular(shape.rows(), STEPS);
      int[] outs = IndirectTables.regular(shape.rows(), columns);
      int[] steps = IndirectTables.regularSteps(STEPS, 1, columns);
      long a = block.address();
      long c = a + operandBytes;
      long operations = (long) RUNS * STEPS * shape.rows() * shape.vectors();
      for (int round = 0; round < MOST_ROUNDS; round++) {
        long start = System.nanoTime();
        for (int run = 0; run < RUNS; run++) {
          vector.run(a, rows, a, steps, c, outs, 0, a, lanes, 1, 0);
        }
        if (System.nanoTime() - start < operations * COMPILED_NANOS) {
          current = vector;
          return;
        }
      }
    }
  }
}
