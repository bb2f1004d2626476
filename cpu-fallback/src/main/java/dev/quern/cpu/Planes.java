package dev.quern.cpu;

import dev.quern.cpu.IndirectProduct.Repeat;
import dev.quern.cpu.TileShape.Ending;
import dev.quern.kernels.indirect.IndirectTables;

/**
 * What patches become between Winograd's transforms: for each of {@code size x size} points a
 * matrix of its own, rows of channels.
 *
 * @param size points along an axis
 * @param rows rows of each matrix
 * @param channels elements of a row
 */
record Planes(int size, int rows, int channels) {
  /** A cache line: planes a multiple of 4 KB apart would fall on each other in the caches. */
  private static final long GAP = 16;

  /** Elements from a plane to the next. */
  long stride() {
    return (long) rows * channels + GAP;
  }

  /** Bytes of a row. */
  long rowBytes() {
    return (long) Float.BYTES * channels;
  }

  /** Bytes of all planes. */
  long bytes() {
    return stride() * count() * Float.BYTES;
  }

  /** Number of planes. */
  int count() {
    return size * size;
  }

  /** Offsets of the planes in bytes, column by column of the points. */
  long[] byColumns() {
    long plane = stride() * Float.BYTES;
    return PatchTransform.byColumns(size, plane * size, plane);
  }

  /** Offsets of the planes in bytes, row by row of the points. */
  long[] byRows() {
    long plane = stride() * Float.BYTES;
    return PatchTransform.byRows(size, plane * size, plane);
  }

  /** {@code C = A B}, point by point, of the first rows of A and C. */
  static IndirectProduct product(TileSet tiles, Planes a, Planes b, Planes c, int rows) {
    IndirectTables tables =
        new IndirectTables(
            IndirectTables.regular(rows, a.channels),
            IndirectTables.regular(rows, c.channels),
            IndirectTables.regularSteps(a.channels, 1, b.channels));
    return product(tiles, tables, Ending.PLAIN, a, b, c);
  }

  /** {@code C = A' B}, point by point, of the first rows of A and B; or C plus that. */
  static IndirectProduct transposedProduct(
      TileSet tiles, Planes a, Planes b, Planes c, int rows, boolean adds) {
    IndirectTables tables =
        new IndirectTables(
            IndirectTables.regular(a.channels, 1),
            IndirectTables.regular(a.channels, c.channels),
            IndirectTables.regularSteps(rows, a.channels, b.channels));
    return product(tiles, tables, new Ending(false, adds, false, false), a, b, c);
  }

  private static IndirectProduct product(
      TileSet tiles, IndirectTables tables, Ending ending, Planes a, Planes b, Planes c) {
    Repeat points = new Repeat(a.count(), a.stride(), b.stride(), c.stride(), 0);
    return new IndirectProduct(
        tiles, tables, Columns.of(c.channels, tiles), ending, 1, 1, points, Repeat.ONCE, 1);
  }
}
