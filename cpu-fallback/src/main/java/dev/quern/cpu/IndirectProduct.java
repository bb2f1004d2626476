package dev.quern.cpu;

import dev.quern.cpu.TileShape.Ending;
import dev.quern.kernels.indirect.IndirectTables;

/**
 * A product over indirection tables, cut into register tiles: what matrix products and all three
 * passes of a convolution come down to.
 *
 * <pre>C[outs[i] + j] = ending(sum over k of A[rows[i] + steps[2k]] * B[steps[2k + 1] + j])</pre>
 *
 * <p>For a convolution, {@code rows} are pixels and {@code steps} the taps and channels that reach
 * them, so that no image is ever unrolled or padded. The idea is that of Dukhan, "The Indirect
 * Convolution Algorithm", arXiv:1907.02129, with offsets in place of pointers and one flat loop
 * over taps and channels, which the compiler turns into better code than two nested ones (111
 * against 73 GFLOP/s).
 *
 * <p>The product may be repeated in two dimensions (batch and groups), at fixed distances. Each
 * element of C is one chain of multiply-adds in the order of the steps, whatever the tiling, the
 * vector length and the number of threads.
 */
final class IndirectProduct {
  /** Tiles of one column panel before the next panel: keeps the rows of A in the L1 or L2 cache. */
  private static final int BLOCK_TILES = 32;

  /**
   * Elements between rows of A from which on the tiles of a block go through its rows side by side:
   * each on its own stretch of memory, from tile to tile, which the processor fetches ahead. A tile
   * of neighbouring rows begins six stretches anew, and waits for memory each time: 1x1
   * convolutions of 56 x 56 pixels went from 322 to 430 GFLOP/s (256 channels to 64). Rows closer
   * than this share lines of the cache, or nearly so: 32 elements apart, it lost 5 %; 1, a third.
   */
  private static final int FAR = 64;

  /** What a multiply-add of vectors takes, about. */
  private static final double NANOS = 1 / 3.0;

  /**
   * How often and at what distances, in elements, a product is repeated.
   *
   * @param count number of repetitions
   * @param a distance in A
   * @param b distance in B
   * @param c distance in C
   * @param bias distance in the bias
   */
  record Repeat(int count, long a, long b, long c, long bias) {
    static final Repeat ONCE = new Repeat(1, 0, 0, 0, 0);
  }

  private final int[] rows;
  private final int[] outs;
  private final int[] steps;
  private final int m;
  private final Repeat outer;
  private final Repeat inner;
  private final float alpha;
  private final float beta;

  private final int panels;
  private final long panelBytes;
  private final long panelBytesOfB;
  private final int lastLanes;
  private final int tileRows;
  private final int tiles;
  private final int blockTiles;
  private final int blocks;
  private final boolean overlaps;
  private final Warming<Tile> tile;
  private final Warming<Tile> lastPanelTile;
  private final Warming<Tile> tail;
  private final Warming<Tile> lastPanelTail;
  private final ReadAhead ahead;
  private final double nanos;

  /**
   * Prepares a product.
   *
   * @param workers who share its tiles out, 1 if other products' tiles are shared out with them
   */
  IndirectProduct(
      TileSet set,
      IndirectTables anyTables,
      Columns columns,
      Ending ending,
      float alpha,
      float beta,
      Repeat outer,
      Repeat inner,
      int workers) {
    this(set, anyTables, columns, ending, alpha, beta, outer, inner, workers, 0);
  }

  /**
   * Prepares a product whose tiles read an operand of what comes after it ahead.
   *
   * @param nextBytes bytes of that operand; 0 if there is none
   */
  IndirectProduct(
      TileSet set,
      IndirectTables anyTables,
      Columns columns,
      Ending ending,
      float alpha,
      float beta,
      Repeat outer,
      Repeat inner,
      int workers,
      long nextBytes) {
    this.m = anyTables.rows().length;
    this.alpha = alpha;
    this.beta = beta;
    this.outer = outer;
    this.inner = inner;

    int lanes = set.lanes();
    int vectors = (columns.count() + lanes - 1) / lanes;
    int panelVectors = columns.panel() / lanes;
    panels = Math.max(1, (vectors + panelVectors - 1) / Math.max(1, panelVectors));
    int lastVectors = vectors - (panels - 1) * panelVectors;
    panelBytes = (long) panelVectors * lanes * Float.BYTES;
    panelBytesOfB = columns.panelStride() == 0 ? panelBytes : columns.panelStride() * Float.BYTES;
    lastLanes = columns.count() - (vectors - 1) * lanes;
    boolean masked = lastLanes < lanes;

    long repeats = (long) outer.count() * inner.count();
    tileRows = set.rowsFor(m, panelVectors, repeats * panels, workers);
    tiles = (m + tileRows - 1) / tileRows;
    blockTiles = Math.min(tiles, BLOCK_TILES);
    blocks = tiles == 0 ? 0 : (tiles + blockTiles - 1) / blockTiles;
    IndirectTables tables = inOrder(anyTables.withoutStepsBack());
    rows = tables.rows();
    outs = tables.outs();
    steps = tables.steps();
    overlaps = !ending.blends() && m >= tileRows && set.overlapPays(m, tileRows, panelVectors);
    int tailRows = m == 0 || m % tileRows == 0 || overlaps ? tileRows : m % tileRows;
    int depth = steps.length / 2;
    ahead =
        nextBytes > 0
            ? ReadAhead.ofNext(nextBytes, tiles, panels, depth)
            : ReadAhead.of(
                anyTables.outs(), columns.count(), panels, depth, tileRows, blockTiles, outer);
    boolean reads = ahead.any();
    boolean partly = masked && panels == 1;
    tile = set.tile(new TileShape(tileRows, panelVectors, partly, ending, reads));
    tail = set.tile(new TileShape(tailRows, panelVectors, partly, ending, reads));
    lastPanelTile = set.tile(new TileShape(tileRows, lastVectors, masked, ending, reads));
    lastPanelTail = set.tile(new TileShape(tailRows, lastVectors, masked, ending, reads));
    nanos = NANOS * (depth + 8L) * tileRows * panelVectors;
  }

  private IndirectTables inOrder(IndirectTables tables) {
    boolean far = m > 1 && tables.rows()[1] - tables.rows()[0] >= FAR;
    return far ? tables.interleaved(tileRows, blockTiles) : tables;
  }

  /** Tiles in all: the length of the parallel loop. */
  long units() {
    return (long) outer.count() * inner.count() * blocks * panels * blockTiles;
  }

  /** Tiles of a panel. */
  int tiles() {
    return tiles;
  }

  /** Panels of columns. */
  int panels() {
    return panels;
  }

  /** Bytes of B from one panel to the next. */
  long panelBytesOfB() {
    return panelBytesOfB;
  }

  /** Whether its tiles read ahead, for which they must be done block by block. */
  boolean readsAhead() {
    return ahead.any();
  }

  /** Whether it is not repeated, and has B in several panels, one behind the other. */
  boolean isOnceInPanels() {
    boolean once = outer.count() == 1 && inner.count() == 1;
    return once && panels > 1 && panelBytesOfB > panelBytes;
  }

  /** What a tile takes, about. */
  double nanos() {
    return nanos;
  }

  /** Shape of the main tile, for {@code implementation()}. */
  String tileName(int lanes) {
    return tileRows + "x" + panelBytes / Float.BYTES / lanes + "v";
  }

  /** Computes tiles {@code from} to {@code to}; bases are addresses. */
  void run(long from, long to, long a, long b, long c, long bias) {
    run(from, to, a, b, c, bias, c);
  }

  /** The same with the address of the operand that is needed next, or C's. */
  void run(long from, long to, long a, long b, long c, long bias, long next) {
    long unit = from;
    int t = (int) (unit % blockTiles);
    unit /= blockTiles;
    int panel = (int) (unit % panels);
    unit /= panels;
    int block = (int) (unit % blocks);
    unit /= blocks;
    int in = (int) (unit % inner.count());
    long out = unit / inner.count();
    long left = to - from;
    while (left > 0) {
      int first = block * blockTiles + t;
      int end = (int) Math.min(Math.min(blockTiles, t + left) + (long) block * blockTiles, tiles);
      runPanel(
          first,
          end,
          panel,
          a + Float.BYTES * (out * outer.a() + in * inner.a()),
          b + Float.BYTES * (out * outer.b() + in * inner.b()),
          c + Float.BYTES * (out * outer.c() + in * inner.c()),
          bias + Float.BYTES * (out * outer.bias() + in * inner.bias()),
          next + Float.BYTES * (out * outer.c() + in * inner.c()));
      left -= blockTiles - t;
      t = 0;
      if (++panel == panels) {
        panel = 0;
        if (++block == blocks) {
          block = 0;
          if (++in == inner.count()) {
            in = 0;
            out++;
          }
        }
      }
    }
  }

  /** Computes tiles of one panel, if the product is not repeated; bases are addresses. */
  void runPanel(int first, int end, int panel, long a, long b, long c, long bias) {
    runPanel(first, end, panel, a, b, c, bias, c);
  }

  private void runPanel(
      int first, int end, int panel, long a, long b, long c, long bias, long next) {
    long shift = panel * panelBytes;
    long shiftOfB = panel * panelBytesOfB;
    boolean last = panel == panels - 1;
    Tile body = (last ? lastPanelTile : tile).current();
    for (int i = first; i < end; i++) {
      int row = i * tileRows;
      Tile one = body;
      if (row + tileRows > m) {
        if (overlaps) {
          row = m - tileRows; // computes a few rows twice, to the same bits
        } else {
          one = (last ? lastPanelTail : tail).current();
        }
      }
      one.run(
          a,
          rows,
          b + shiftOfB,
          steps,
          c + shift,
          outs,
          row,
          bias + shift,
          lastLanes,
          alpha,
          beta,
          ahead.any() ? next + ahead.offset(i, panel) : 0,
          ahead.stepBytes());
    }
  }
}
