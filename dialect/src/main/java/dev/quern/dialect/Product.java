package dev.quern.dialect;

import dev.quern.kernels.indirect.IndirectTables;
import java.util.List;

/**
 * A product over tables of offsets: what matrix products and all passes of convolutions come down
 * to, see {@code product.cl}.
 */
final class Product {
  private static final int BLENDS = 1;
  private static final int BIAS_OF_COLUMN = 2;
  private static final int BIAS_OF_ROW = 4;
  private static final int RELU = 8;
  private static final int SCALES = 16;

  /** Buffer parameters of the launch; where no bias is added any buffer stands in for it. */
  static final int A = 0;

  static final int B = 1;
  static final int BIAS = 2;
  static final int C = 3;
  private static final int TABLES = 4;
  private static final int BUFFERS = 5;

  /**
   * How often and at what distances, in elements, a product is repeated.
   *
   * @param count number of repetitions
   * @param a distance in A
   * @param b distance in B
   * @param c distance in C
   * @param bias distance in the bias
   */
  record Repeat(int count, long a, long b, long c, int bias) {
    static final Repeat ONCE = new Repeat(1, 0, 0, 0, 0);
  }

  /**
   * What becomes of the sums, in this order: {@code sum * alpha + C * beta + bias}, then ReLU.
   *
   * @param alpha factor of the sum
   * @param beta factor of the old C, which is not read if it is 0
   * @param bias whether a bias is added
   * @param relu whether negative results become 0
   * @param columnStride distance in C of neighbouring columns; unless it is 1, the bias goes by
   *     rows
   */
  record Ending(float alpha, float beta, boolean bias, boolean relu, int columnStride) {
    static final Ending PLAIN = new Ending(1, 0, false, false, 1);

    int flags() {
      return (beta == 0 ? 0 : BLENDS)
          | (!bias ? 0 : columnStride == 1 ? BIAS_OF_COLUMN : BIAS_OF_ROW)
          | (relu ? RELU : 0)
          | (alpha == 1 ? 0 : SCALES);
    }
  }

  private final Launch launch;
  private final Tile tile;

  /**
   * A product.
   *
   * @param tables one table for rows of the same steps each
   * @param columns columns of C
   * @param panelStride distance in B of neighbouring panels
   * @param linesOfA whether neighbouring steps lie side by side in A, rather than rows
   */
  Product(
      Parts parts,
      Tile tile,
      List<IndirectTables> tables,
      int columns,
      int panelStride,
      boolean linesOfA,
      Ending ending,
      Repeat outer,
      Repeat inner) {
    this.tile = tile;
    ProductTables numbers = new ProductTables(tables, tile.tableRows());
    int repeats = outer.count() * inner.count();
    Program program = parts.program(List.of("product.cl"), tile.defines(linesOfA));
    launch =
        parts.launch(
            program,
            "product",
            tile.range(numbers.tileCount(), columns, repeats),
            BUFFERS,
            numbers.outsAt(),
            numbers.stepsAt(),
            numbers.tilesAt(),
            numbers.tileCount(),
            columns,
            panelStride,
            Math.max(1, inner.count()),
            outer.a(),
            outer.b(),
            outer.c(),
            inner.a(),
            inner.b(),
            inner.c(),
            inner.bias(),
            ending.columnStride(),
            ending.flags(),
            ending.alpha(),
            ending.beta());
    launch.memory(TABLES, parts.constants(numbers.values()).handle(), 0);
  }

  String name() {
    return tile.name();
  }

  /** The launch, its tables set. */
  Launch launch() {
    return launch;
  }
}
