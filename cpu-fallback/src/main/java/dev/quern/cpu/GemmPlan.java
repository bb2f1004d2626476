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
 * How a matrix product is laid out. A tile reads A element by element, in any order, but B in rows,
 * so a transposed B cannot be read in place. Either it is transposed into the workspace first, or,
 * when that moves less, the product is turned round: C' = B A', where the small A is transposed,
 * and C' is transposed back.
 *
 * @param name for {@code implementation()}
 * @param product the product itself
 * @param pack transposes B, or A if the product is turned round; null if nothing needs it
 * @param packedElements room for what it writes
 * @param unpack transposes the result back; null unless the product is turned round
 * @param resultElements room for the result before that
 */
record GemmPlan(
    String name,
    ProductLoop product,
    @Nullable Rearrangement pack,
    long packedElements,
    @Nullable Rearrangement unpack,
    long resultElements) {

  static GemmPlan of(Gemm.Spec spec, TileSet tiles) {
    if (spec.m() == 0 || spec.n() == 0 || spec.batch() == 0) {
      return new GemmPlan("empty", new ProductLoop(List.of()), null, 0, null, 0);
    }
    if (!spec.transB() || spec.n() == 1) {
      return inPlace(spec, tiles);
    }
    boolean plain = spec.epilogue() == Epilogue.NONE && spec.beta() == 0;
    long moved = (long) spec.n() * spec.k();
    long movedTurned = (long) spec.m() * spec.k() + (long) spec.m() * spec.n();
    return plain && movedTurned < moved ? turnedRound(spec, tiles) : packed(spec, tiles);
  }

  private static GemmPlan inPlace(Gemm.Spec spec, TileSet tiles) {
    int stepB = spec.transB() ? 1 : spec.ldb(); // a single transposed column is contiguous
    return new GemmPlan("tile", product(spec, tiles, stepB, spec.strideB()), null, 0, null, 0);
  }

  private static GemmPlan packed(Gemm.Spec spec, TileSet tiles) {
    int lead = wholeVectors(spec.n(), tiles);
    long matrix = (long) spec.k() * lead;
    int matrices = spec.strideB() == 0 ? 1 : spec.batch();
    Rearrangement pack =
        new Rearrangement(
            new Axis(matrices, spec.strideB(), matrix),
            new Axis(spec.k(), 1, lead),
            new Axis(spec.n(), spec.ldb(), 1));
    return new GemmPlan(
        "packed",
        product(spec, tiles, lead, matrices == 1 ? 0 : matrix),
        pack,
        matrices * matrix,
        null,
        0);
  }

  private static ProductLoop product(Gemm.Spec spec, TileSet tiles, int stepB, long strideB) {
    IndirectTables tables =
        new IndirectTables(
            IndirectTables.regular(spec.m(), spec.transA() ? 1 : spec.lda()),
            IndirectTables.regular(spec.m(), spec.ldc()),
            IndirectTables.regularSteps(spec.k(), spec.transA() ? spec.lda() : 1, stepB));
    Ending ending =
        new Ending(
            spec.alpha() != 1,
            spec.beta() != 0,
            spec.epilogue().hasBias(),
            spec.epilogue().hasRelu());
    Repeat batch = new Repeat(spec.batch(), spec.strideA(), strideB, spec.strideC(), 0);
    return loop(
        new IndirectProduct(
            tiles, tables, spec.n(), ending, spec.alpha(), spec.beta(), batch, Repeat.ONCE));
  }

  private static GemmPlan turnedRound(Gemm.Spec spec, TileSet tiles) {
    int lead = wholeVectors(spec.m(), tiles);
    long matrix = (long) spec.k() * lead;
    int matrices = spec.strideA() == 0 ? 1 : spec.batch();
    long result = (long) spec.n() * spec.m();
    Rearrangement pack =
        new Rearrangement(
            new Axis(matrices, spec.strideA(), matrix),
            new Axis(spec.k(), spec.transA() ? spec.lda() : 1, lead),
            new Axis(spec.m(), spec.transA() ? 1 : spec.lda(), 1));
    Rearrangement unpack =
        new Rearrangement(
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
                tiles, tables, spec.m(), ending, spec.alpha(), 0, batch, Repeat.ONCE));
    return new GemmPlan("turned", product, pack, matrices * matrix, unpack, spec.batch() * result);
  }

  private static ProductLoop loop(IndirectProduct product) {
    return new ProductLoop(List.of(new ProductLoop.Part(product, 0, 0, 0)));
  }

  /** Row length of a packed operand: whole vectors, so that no load straddles two cache lines. */
  private static int wholeVectors(int columns, TileSet tiles) {
    return (columns + tiles.lanes() - 1) / tiles.lanes() * tiles.lanes();
  }
}
