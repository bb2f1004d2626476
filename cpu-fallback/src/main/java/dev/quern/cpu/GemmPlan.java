package dev.quern.cpu;

import dev.quern.cpu.IndirectProduct.Repeat;
import dev.quern.cpu.Rearrangement.Axis;
import dev.quern.cpu.TileShape.Ending;
import dev.quern.kernels.Epilogue;
import dev.quern.kernels.Gemm;
import dev.quern.kernels.indirect.IndirectTables;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a matrix product is laid out. A tile reads its left operand element by element, in any order,
 * but its right one in rows, so a transposed B cannot be read in place. Either it is transposed
 * into the workspace first, or, when that moves less, the product is turned round: C' = B A', where
 * the small A is transposed, and C' is transposed back.
 *
 * <p>Operands that are read many times are packed, too: columns of a large matrix, and rows at
 * distances of a power of two, fall on few sets of the caches and drive each other out.
 *
 * @param name for {@code implementation()}
 * @param product the product itself
 * @param turned whether B is its left operand and A its right one
 * @param left packs the left operand; null if it is read in place
 * @param right packs the right operand; null if it is read in place
 * @param unpack transposes the result back; null unless the product is turned round
 * @param resultElements room for the result before that
 */
record GemmPlan(
    String name,
    ProductLoop product,
    boolean turned,
    @Nullable Packing left,
    @Nullable Packing right,
    @Nullable Rearrangement unpack,
    long resultElements) {
  /** Elements of an operand from which it is worth packing: it does not stay in the L2 cache. */
  private static final long LARGE = 1 << 19;

  /** How often an operand must be read, at least, for packing to cost little. */
  private static final int READS = 16;

  /**
   * An operand in the workspace.
   *
   * @param rearrangement writes it
   * @param elements room for it
   */
  record Packing(Rearrangement rearrangement, long elements) {}

  static GemmPlan of(Gemm.Spec spec, TileSet tiles, int workers) {
    if (spec.m() == 0 || spec.n() == 0 || spec.batch() == 0) {
      return new GemmPlan("empty", new ProductLoop(List.of()), false, null, null, null, 0);
    }
    boolean plain = spec.epilogue() == Epilogue.NONE && spec.beta() == 0;
    long moved = (long) spec.n() * spec.k();
    long movedTurned = (long) spec.m() * spec.k() + (long) spec.m() * spec.n();
    boolean transposed = spec.transB() && spec.n() > 1; // a single column is contiguous
    return transposed && plain && movedTurned < moved
        ? turnedRound(spec, tiles, workers)
        : straight(spec, tiles, transposed, workers);
  }

  /** Scratch memory that a run needs. */
  long workspaceBytes() {
    long packed = (left == null ? 0 : left.elements()) + (right == null ? 0 : right.elements());
    return (packed + resultElements) * Float.BYTES;
  }

  /** Computes; arguments are addresses, {@code bias} is ignored where none is added. */
  void run(WorkerPool pool, long a, long b, long bias, long c, long workspace) {
    long free = workspace;
    long first = turned ? b : a;
    long second = turned ? a : b;
    if (left != null) {
      left.rearrangement().run(pool, first, free);
      first = free;
      free += left.elements() * Float.BYTES;
    }
    if (right != null) {
      right.rearrangement().run(pool, second, free);
      second = free;
      free += right.elements() * Float.BYTES;
    }
    if (unpack == null) {
      product.run(pool, first, second, c, bias);
    } else {
      product.run(pool, first, second, free, 0);
      unpack.run(pool, free, c);
    }
  }

  private static GemmPlan straight(Gemm.Spec spec, TileSet tiles, boolean transposed, int workers) {
    int tileRows = tiles.maxRows(tiles.maxVectors());
    boolean single = spec.batch() == 1;
    boolean manyRows = spec.m() >= READS * tileRows;
    boolean largeB = single && manyRows && (long) spec.k() * spec.n() >= LARGE;
    boolean manyColumns = spec.n() >= READS * tiles.lanes();
    boolean largeA = single && spec.transA() && manyColumns && (long) spec.k() * spec.m() >= LARGE;
    Packing right = transposed || largeB ? panels(spec, tiles) : null;
    Packing left = largeA ? rowsOfA(spec, tiles) : null;
    return new GemmPlan(
        right == null && left == null ? "tile" : "packed",
        product(spec, tiles, left != null, right != null, workers),
        false,
        left,
        right,
        null,
        0);
  }

  /** Rows of a packed operand are whole vectors, so that no load straddles two cache lines. */
  private static int lead(int columns, TileSet tiles) {
    return (columns + tiles.lanes() - 1) / tiles.lanes() * tiles.lanes();
  }

  /** Columns of a panel of B if they can lie panel after panel, or else a whole row of them. */
  private static int panelColumns(Gemm.Spec spec, TileSet tiles) {
    int panel = Columns.ofPanel(spec.m(), spec.n(), spec.k(), tiles);
    return spec.n() % panel == 0 ? panel : lead(spec.n(), tiles);
  }

  private static Packing panels(Gemm.Spec spec, TileSet tiles) {
    int columns = panelColumns(spec, tiles);
    int count = (spec.n() + columns - 1) / columns;
    long matrix = (long) spec.k() * columns * count;
    int matrices = spec.strideB() == 0 ? 1 : spec.batch();
    int row = spec.transB() ? 1 : spec.ldb();
    int column = spec.transB() ? spec.ldb() : 1;
    Rearrangement order =
        new Rearrangement(
            tiles.squares(),
            new Axis(matrices, spec.strideB(), matrix),
            new Axis(count, (long) columns * column, (long) spec.k() * columns),
            new Axis(spec.k(), row, columns),
            new Axis(Math.min(columns, spec.n()), column, 1));
    return new Packing(order, matrices * matrix);
  }

  private static int leadOfA(Gemm.Spec spec, TileSet tiles) {
    return lead(spec.k(), tiles) + tiles.lanes();
  }

  private static Packing rowsOfA(Gemm.Spec spec, TileSet tiles) {
    int lead = leadOfA(spec, tiles);
    Rearrangement order =
        new Rearrangement(
            tiles.squares(), new Axis(spec.m(), 1, lead), new Axis(spec.k(), spec.lda(), 1));
    return new Packing(order, (long) spec.m() * lead);
  }

  private static ProductLoop product(
      Gemm.Spec spec, TileSet tiles, boolean packedA, boolean packedB, int workers) {
    int columns = packedB ? panelColumns(spec, tiles) : spec.n();
    long matrix = (long) spec.k() * columns * ((spec.n() + columns - 1) / columns);
    long strideB = !packedB ? spec.strideB() : spec.strideB() == 0 ? 0 : matrix;
    int stepB = packedB ? columns : spec.transB() ? 1 : spec.ldb();
    int rowA = packedA ? leadOfA(spec, tiles) : spec.transA() ? 1 : spec.lda();
    int stepA = !packedA && spec.transA() ? spec.lda() : 1;
    IndirectTables tables =
        new IndirectTables(
            IndirectTables.regular(spec.m(), rowA),
            IndirectTables.regular(spec.m(), spec.ldc()),
            IndirectTables.regularSteps(spec.k(), stepA, stepB));
    Ending ending =
        new Ending(
            spec.alpha() != 1,
            spec.beta() != 0,
            spec.epilogue().hasBias(),
            spec.epilogue().hasRelu());
    Repeat batch = new Repeat(spec.batch(), spec.strideA(), strideB, spec.strideC(), 0);
    boolean apart = columns < spec.n();
    int panel = Columns.ofPanel(spec.m(), spec.n(), spec.k(), tiles);
    Columns cut = new Columns(spec.n(), panel, apart ? (long) spec.k() * columns : 0);
    return loop(
        new IndirectProduct(
            tiles, tables, cut, ending, spec.alpha(), spec.beta(), batch, Repeat.ONCE, workers));
  }

  private static GemmPlan turnedRound(Gemm.Spec spec, TileSet tiles, int workers) {
    int lead = lead(spec.m(), tiles);
    long matrix = (long) spec.k() * lead;
    int matrices = spec.strideA() == 0 ? 1 : spec.batch();
    long result = (long) spec.n() * spec.m();
    Rearrangement pack =
        new Rearrangement(
            tiles.squares(),
            new Axis(matrices, spec.strideA(), matrix),
            new Axis(spec.k(), spec.transA() ? spec.lda() : 1, lead),
            new Axis(spec.m(), spec.transA() ? 1 : spec.lda(), 1));
    Rearrangement unpack =
        new Rearrangement(
            tiles.squares(),
            new Axis(spec.batch(), result, spec.strideC()),
            new Axis(spec.m(), 1, spec.ldc()),
            new Axis(spec.n(), spec.m(), 1));
    IndirectTables tables =
        new IndirectTables(
            IndirectTables.regular(spec.n(), spec.ldb()),
            IndirectTables.regular(spec.n(), spec.m()),
            IndirectTables.regularSteps(spec.k(), 1, lead));
    Ending ending = new Ending(spec.alpha() != 1, false, false, false);
    Repeat batch = new Repeat(spec.batch(), spec.strideB(), matrices == 1 ? 0 : matrix, result, 0);
    ProductLoop product =
        loop(
            new IndirectProduct(
                tiles,
                tables,
                Columns.of(spec.n(), spec.m(), spec.k(), tiles),
                ending,
                spec.alpha(),
                0,
                batch,
                Repeat.ONCE,
                workers));
    return new GemmPlan(
        "turned",
        product,
        true,
        null,
        new Packing(pack, matrices * matrix),
        unpack,
        spec.batch() * result);
  }

  private static ProductLoop loop(IndirectProduct product) {
    return new ProductLoop(List.of(new ProductLoop.Part(product, 0, 0, 0)));
  }
}
