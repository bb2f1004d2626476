package dev.quern.dialect;

import dev.quern.dialect.Product.Ending;
import dev.quern.dialect.Product.Repeat;
import dev.quern.dialect.Rearrangement.Axis;
import dev.quern.kernels.Epilogue;
import dev.quern.kernels.Gemm;
import dev.quern.kernels.indirect.IndirectTables;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a matrix product is laid out. Tiles read the left factor element by element, in any order,
 * but the right one in rows; so a transposed B is packed first, or, when that moves less, the
 * product is turned round: C' = B A', written transposed.
 *
 * @param name for {@code implementation()}
 * @param turned whether B is the left factor
 * @param product the product itself
 * @param pack packs the right factor into panels; null if it is read where it lies
 * @param packedElements room for what it writes
 */
record GemmPlan(
    String name,
    boolean turned,
    Product product,
    @Nullable Rearrangement pack,
    long packedElements) {

  /**
   * Rows from which on packing pays even where it is not needed, as panels then stay in the cache.
   * PoCL, two Zen 4 cores, product of 512: 210 GFLOP/s in place and 197 packed; of 1024: 209 and
   * 213.
   */
  private static final int ROWS_WORTH_PACKING = 1024;

  /**
   * A factor as it lies in memory.
   *
   * @param extent its rows (left factor) or columns (right factor)
   * @param stride distance of those
   * @param depthStride distance along the sums
   * @param batchStride distance of neighbouring matrices
   */
  private record Factor(int extent, int stride, int depthStride, long batchStride) {}

  static GemmPlan of(Parts parts, Gemm.Spec s) {
    Factor a = new Factor(s.m(), s.transA() ? 1 : s.lda(), s.transA() ? s.lda() : 1, s.strideA());
    Factor b = new Factor(s.n(), s.transB() ? s.ldb() : 1, s.transB() ? 1 : s.ldb(), s.strideB());
    boolean turned = s.transB() && s.n() > 1 && s.m() < s.n() / 2;
    return turned
        ? plan(parts, s, true, b, a, 1, s.ldc())
        : plan(parts, s, false, a, b, s.ldc(), 1);
  }

  private static GemmPlan plan(
      Parts parts,
      Gemm.Spec s,
      boolean turned,
      Factor left,
      Factor right,
      int rowStride,
      int columnStride) {
    Tile tile = parts.tile(left.extent(), right.extent(), s.k(), Math.max(1, s.batch()));
    int columns = right.extent();
    boolean inPlace = readsInPlace(tile, left.extent(), right);
    int wide = tile.panelColumns();
    long matrix = (long) tile.panels(columns) * wide * s.k();
    int matrices = right.batchStride() == 0 ? Math.min(1, s.batch()) : s.batch();
    Axis between = new Axis(matrices, right.batchStride(), matrix);
    Axis depth = new Axis(s.k(), right.depthStride(), wide);
    Rearrangement pack =
        inPlace
            ? null
            : Rearrangement.panels(parts, s.k(), columns, right.stride(), wide, between, depth);
    IndirectTables tables =
        new IndirectTables(
            IndirectTables.regular(left.extent(), left.stride()),
            IndirectTables.regular(left.extent(), rowStride),
            IndirectTables.regularSteps(
                s.k(), left.depthStride(), inPlace ? right.depthStride() : wide));
    long batchB = inPlace ? right.batchStride() : matrices == 1 ? 0 : matrix;
    Epilogue epilogue = s.epilogue();
    Product product =
        new Product(
            parts,
            tile,
            List.of(tables),
            columns,
            inPlace ? wide : Math.toIntExact((long) s.k() * wide),
            left.depthStride() == 1,
            new Ending(s.alpha(), s.beta(), epilogue.hasBias(), epilogue.hasRelu(), columnStride),
            new Repeat(s.batch(), left.batchStride(), batchB, s.strideC(), 0),
            Repeat.ONCE);
    return new GemmPlan(
        product.name() + (turned ? ",turned" : "") + (inPlace ? "" : ",packed"),
        turned,
        product,
        pack,
        inPlace ? 0 : matrices * matrix);
  }

  private static boolean readsInPlace(Tile tile, int rows, Factor right) {
    int columns = right.extent();
    boolean neighbours = right.stride() == 1 || columns == 1;
    boolean packingPays = rows >= ROWS_WORTH_PACKING && tile.panels(columns) > 1;
    return neighbours && (tile.blocked() || (tile.readsInPlace(columns) && !packingPays));
  }
}
