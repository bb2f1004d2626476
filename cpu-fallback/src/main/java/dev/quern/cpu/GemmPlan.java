package dev.quern.cpu;

import dev.quern.cpu.IndirectProduct.Repeat;
import dev.quern.cpu.ProductLoop.Part;
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
 * @param right packs the right operand; null if it is read in place or the product packs it
 * @param unpack transposes the result back; null unless the product is turned round
 * @param resultElements room for the result before that
 */
record GemmPlan(
    String name,
    Products product,
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
    return (packed + resultElements) * Float.BYTES + product.workspaceBytes();
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
      product.run(pool, first, second, c, bias, free);
    } else {
      product.run(pool, first, second, free, 0, free);
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
    boolean packsB = transposed || largeB;
    Packing left = largeA ? rowsOfA(spec, tiles) : null;
    List<Part> parts = alone(product(spec, tiles, largeA, packsB, workers));
    boolean inPanels = packsB && PanelLoop.suits(parts);
    return new GemmPlan(
        packsB || largeA ? "packed" : "tile",
        inPanels ? new PanelLoop(parts, panel(spec, tiles), workers) : new ProductLoop(parts),
        false,
        left,
        packsB && !inPanels ? panels(spec, tiles) : null,
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
    Rearrangement order =
        new Rearrangement(
            tiles.squares(),
            new Axis(matrices, spec.strideB(), matrix),
            new Axis(count, (long) columns * columnOfB(spec), (long) spec.k() * columns),
            new Axis(spec.k(), rowOfB(spec), columns),
            new Axis(Math.min(columns, spec.n()), columnOfB(spec), 1));
    return new Packing(order, matrices * matrix);
  }

  /** One panel of a single B whose columns are a whole number of panels. */
  private static PanelLoop.Packing panel(Gemm.Spec spec, TileSet tiles) {
    int columns = panelColumns(spec, tiles);
    Rearrangement order =
        new Rearrangement(
            tiles.squares(),
            new Axis(spec.k(), rowOfB(spec), columns),
            new Axis(columns, columnOfB(spec), 1));
    return new PanelLoop.Packing(order, (long) columns * columnOfB(spec));
  }

  private static int rowOfB(Gemm.Spec spec) {
    return spec.transB() ? 1 : spec.ldb();
  }

  private static int columnOfB(Gemm.Spec spec) {
    return spec.transB() ? spec.ldb() : 1;
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

  private static IndirectProduct product(
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
    return new IndirectProduct(
        tiles, tables, cut, ending, spec.alpha(), spec.beta(), batch, Repeat.ONCE, workers);
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
    Repeat batch = new Repeat(spec.batch(), spec.strideB(), matrices == 1 ? 0 : matrix, result, 0);
    return new GemmPlan(
        "turned",
        new ProductLoop(alone(turnedProduct(spec, tiles, batch, workers))),
        true,
        null,
        new Packing(pack, matrices * matrix),
        unpack,
        spec.batch() * result);
  }

  private static IndirectProduct turnedProduct(
      Gemm.Spec spec, TileSet tiles, Repeat batch, int workers) {
    IndirectTables tables =
        new IndirectTables(
            IndirectTables.regular(spec.n(), spec.ldb()),
            IndirectTables.regular(spec.n(), spec.m()),
            IndirectTables.regularSteps(spec.k(), 1, lead(spec.m(), tiles)));
    Columns columns = Columns.of(spec.n(), spec.m(), spec.k(), tiles);
    Ending ending = new Ending(spec.alpha() != 1, false, false, false);
    return new IndirectProduct(
        tiles, tables, columns, ending, spec.alpha(), 0, batch, Repeat.ONCE, workers);
  }

  private static List<Part> alone(IndirectProduct product) {
    return List.of(new Part(product, 0, 0, 0));
  }
}
