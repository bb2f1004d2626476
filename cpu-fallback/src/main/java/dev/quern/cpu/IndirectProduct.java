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
  private final Repeat outer;
  private final Repeat inner;
  private final float alpha;
  private final float beta;

  private final TileGrid grid;
  private final long panelBytes;
  private final long panelBytesOfB;
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
    this.alpha = alpha;
    this.beta = beta;
    this.outer = outer;
    this.inner = inner;

    int m = anyTables.rows().length;
    int lanes = set.lanes();
    int depth = anyTables.steps().length / 2;
    long repeats = (long) outer.count() * inner.count();
    boolean aheadOfC =
        nextBytes == 0 && ReadAhead.ofRowsPays(anyTables.outs(), columns.count(), depth, outer);
    grid = TileGrid.of(set, m, columns, aheadOfC, repeats, workers);
    int tileRows = grid.tileRows();
    int vectors = grid.panelVectors();
    panelBytes = (long) vectors * lanes * Float.BYTES;
    panelBytesOfB = columns.panelStride() == 0 ? panelBytes : columns.panelStride() * Float.BYTES;
    overlaps = !ending.blends() && m >= tileRows && set.overlapPays(m, tileRows, vectors);
    IndirectTables tables = inOrder(anyTables.withoutStepsBack());
    rows = tables.rows();
    outs = tables.outs();
    steps = tables.steps();
    ahead =
        aheadOfC
            ? ReadAhead.ofRows(columns.count(), grid, depth)
            : nextBytes > 0 ? ReadAhead.ofNext(nextBytes, grid, depth) : ReadAhead.NONE;

    int tailRows = overlaps ? tileRows : grid.tailRows();
    boolean reads = ahead.any();
    boolean masked = grid.lastLanes() < lanes;
    boolean partly = masked && grid.panels() == 1;
    int last = grid.lastVectors();
    tile = set.tile(new TileShape(tileRows, vectors, partly, ending, reads));
    tail = set.tile(new TileShape(tailRows, vectors, partly, ending, reads));
    lastPanelTile = set.tile(new TileShape(tileRows, last, masked, ending, reads));
    lastPanelTail = set.tile(new TileShape(tailRows, last, masked, ending, reads));
    nanos = NANOS * (depth + 8L) * tileRows * vectors;
  }

  private IndirectTables inOrder(IndirectTables tables) {
    boolean far = grid.rows() > 1 && tables.rows()[1] - tables.rows()[0] >= FAR;
    return far ? tables.interleaved(grid.tileRows(), grid.blockTiles()) : tables;
  }

  /** Tiles in all: the length of the parallel loop. */
  long units() {
    return (long) outer.count() * inner.count() * grid.units();
  }

  /** Tiles of a panel. */
  int tiles() {
    return grid.tiles();
  }

  /** Panels of columns. */
  int panels() {
    return grid.panels();
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
    return once && grid.panels() > 1 && panelBytesOfB > panelBytes;
  }

  /** What a tile takes, about. */
  double nanos() {
    return nanos;
  }

  /** Shape of the main tile, for {@code implementation()}. */
  String tileName(int lanes) {
    return grid.tileRows() + "x" + panelBytes / Float.BYTES / lanes + "v";
  }

  /** Computes tiles {@code from} to {@code to}; bases are addresses. */
  void run(long from, long to, long a, long b, long c, long bias) {
    run(from, to, a, b, c, bias, c);
  }

  /** The same with the address of the operand that is needed next, or C's. */
  void run(long from, long to, long a, long b, long c, long bias, long next) {
    int panels = grid.panels();
    int blockTiles = grid.blockTiles();
    int blocks = grid.blocks();
    long unit = from;
    int t = (int) (unit % blockTiles);
    unit /= blockTiles;
    int panel = (int) (unit % panels);
    unit /= panels;
    int block = (int) (unit % blocks);
    long repeat = unit / blocks;
    long left = to - from;
    while (left > 0) {
      int begin = block * blockTiles;
      int end = (int) Math.min(begin + Math.min(blockTiles, t + left), grid.tiles());
      runPanel(repeat, begin + t, end, panel, a, b, c, bias, next);
      left -= blockTiles - t;
      t = 0;
      if (++panel == panels) {
        panel = 0;
        if (++block == blocks) {
          block = 0;
          repeat++;
        }
      }
    }
  }

  private void runPanel(
      long repeat, int first, int end, int panel, long a, long b, long c, long bias, long next) {
    long out = repeat / inner.count();
    long in = repeat % inner.count();
    long shiftOfC = Float.BYTES * (out * outer.c() + in * inner.c());
    runPanel(
        first,
        end,
        panel,
        a + Float.BYTES * (out * outer.a() + in * inner.a()),
        b + Float.BYTES * (out * outer.b() + in * inner.b()),
        c + shiftOfC,
        bias + Float.BYTES * (out * outer.bias() + in * inner.bias()),
        next + shiftOfC);
  }

  /** Computes tiles of one panel, if the product is not repeated; bases are addresses. */
  void runPanel(int first, int end, int panel, long a, long b, long c, long bias) {
    runPanel(first, end, panel, a, b, c, bias, c);
  }

  private void runPanel(
      int first, int end, int panel, long a, long b, long c, long bias, long next) {
    long shift = panel * panelBytes;
    long shiftOfB = panel * panelBytesOfB;
    boolean last = panel == grid.panels() - 1;
    int tileRows = grid.tileRows();
    int lastLanes = grid.lastLanes();
    Tile body = (last ? lastPanelTile : tile).current();
    for (int i = first; i < end; i++) {
      int row = i * tileRows;
      Tile one = body;
      if (row + tileRows > grid.rows()) {
        if (overlaps) {
          row = grid.rows() - tileRows; // computes a few rows twice, to the same bits
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
