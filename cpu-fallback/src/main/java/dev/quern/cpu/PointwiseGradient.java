package dev.quern.cpu;

import dev.quern.cpu.IndirectProduct.Repeat;
import dev.quern.cpu.Rearrangement.Axis;
import dev.quern.cpu.TileShape.Ending;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.indirect.IndirectTables;

/**
 * The gradient by filters of one tap as a product whose left operand is packed: its sums, [c, k] or
 * turned round [k, c], in blocks of rows. The left operand is the one of fewer channels, or dy
 * where a stride leaves pixels of x out, since what is packed lies side by side.
 */
final class PointwiseGradient {
  /** Rows of a block: whole tiles, and whole squares when it is packed. */
  private static final int BLOCK_ROWS = 96;

  /**
   * Rows of one block for one kind of piece.
   *
   * @param pack transposes their operand
   * @param begin elements of that operand in front of them, from the piece's image on
   * @param sum offset of their sums, in elements
   * @param start multiplies
   * @param more multiplies and adds to what is there
   */
  record Block(
      Rearrangement pack, long begin, long sum, IndirectProduct start, IndirectProduct more) {}

  private final TileSet tiles;
  private final PixelPieces pieces;
  private final boolean turned;
  private final boolean strided;
  private final int rows;
  private final int columns;

  PointwiseGradient(Conv2d.Spec spec, TileSet tiles) {
    this.tiles = tiles;
    pieces = new PixelPieces(spec);
    strided = spec.strideH() * spec.strideW() > 1;
    turned = strided || spec.c() > spec.k();
    rows = turned ? spec.k() : spec.c();
    columns = turned ? spec.c() : spec.k();
  }

  /** The pieces of pixels that it sums over. */
  PixelPieces pieces() {
    return pieces;
  }

  /** Whether the sums are [k, c], as the filters are, and dy is the left operand. */
  boolean turned() {
    return turned;
  }

  /** Blocks of rows. */
  int blocks() {
    return Math.ceilDiv(rows, BLOCK_ROWS);
  }

  /** Panels of columns. */
  int panels() {
    return Math.ceilDiv(columns, columns().panel());
  }

  /** Elements of the sums. */
  long sumElements() {
    return (long) rows * columns;
  }

  /** Elements of a packed block. */
  long packedElements() {
    return (long) lead() * Math.min(rows, BLOCK_ROWS);
  }

  /** Elements between packed rows: whole lines of the cache, and no power of two. */
  private int lead() {
    return Math.ceilDiv(pieces.most(), 16) * 16 + 16;
  }

  private Columns columns() {
    return Columns.of(columns, tiles);
  }

  /** The blocks for a kind of piece. */
  Block[] blocks(int kind) {
    int[] offsets = pieces.steps(kind);
    int[] steps = new int[offsets.length];
    for (int i = 0; i < steps.length; i += 2) {
      steps[i] = i / 2;
      steps[i + 1] = turned ? offsets[i] : offsets[i + 1];
    }
    int begin = turned ? offsets[1] : offsets[0];
    Block[] blocks = new Block[blocks()];
    for (int i = 0; i < blocks.length; i++) {
      int first = i * BLOCK_ROWS;
      int count = Math.min(BLOCK_ROWS, rows - first);
      Axis channels = new Axis(count, 1, lead());
      Axis pixels = new Axis(steps.length / 2, rows, 1);
      IndirectTables tables =
          new IndirectTables(
              IndirectTables.regular(count, lead()), IndirectTables.regular(count, columns), steps);
      blocks[i] =
          new Block(
              new Rearrangement(tiles.squares(), channels, pixels),
              begin + first,
              (long) first * columns,
              product(tables, false),
              product(tables, true));
    }
    return blocks;
  }

  private IndirectProduct product(IndirectTables tables, boolean adds) {
    Ending ending = new Ending(false, adds, false, false);
    Repeat once = Repeat.ONCE;
    float beta = adds ? 1 : 0;
    return new IndirectProduct(
        tiles, tables, columns(), ending, 1, beta, once, once, 1, nextBytes());
  }

  /**
   * Bytes of the right operand in a block's share of the next piece, which tiles read ahead; 0
   * where a stride leaves pixels of it out.
   */
  long nextBytes() {
    return strided ? 0 : (long) Float.BYTES * pieces.least() * columns / blocks();
  }

  /** From the sums to the filters, [k, c]. */
  Rearrangement unpack() {
    Axis[] copied = {new Axis(rows, columns, columns), new Axis(columns, 1, 1)};
    Axis[] transposed = {new Axis(columns, 1, rows), new Axis(rows, columns, 1)};
    return new Rearrangement(tiles.squares(), turned ? copied : transposed);
  }
}
