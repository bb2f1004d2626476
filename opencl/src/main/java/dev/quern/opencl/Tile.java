package dev.quern.opencl;

/**
 * The shape of a product's kernel, and all that it is compiled for.
 *
 * @param blocked whether it is the GPU family, blocks in local memory, or the CPU family, vectors
 *     in registers
 * @param rows rows of a work-item
 * @param vectors vectors of a work-item (CPU family), or columns (GPU family)
 * @param lanes floats of a vector
 * @param groupRows work-items of a group along the rows; tiles of a group in the CPU family
 * @param groupColumns work-items of a group along the columns; 1 in the CPU family
 * @param steps steps of the sum that are loaded at once (GPU family)
 */
record Tile(
    boolean blocked, int rows, int vectors, int lanes, int groupRows, int groupColumns, int steps) {

  /** Vectors in registers, {@code groupTiles} tiles a group. */
  static Tile ofVectors(int rows, int vectors, int lanes, int groupTiles) {
    return new Tile(false, rows, vectors, lanes, groupTiles, 1, 1);
  }

  /** Blocks in local memory. */
  static Tile ofBlocks(int rows, int columns, int groupRows, int groupColumns, int steps) {
    return new Tile(true, rows, columns, 1, groupRows, groupColumns, steps);
  }

  /** Rows of one entry of the tile table. */
  int tableRows() {
    return blocked ? groupRows * rows : rows;
  }

  /** Columns of a panel of B. */
  int panelColumns() {
    return blocked ? groupColumns * vectors : vectors * lanes;
  }

  int panels(int columns) {
    return (columns + panelColumns() - 1) / panelColumns();
  }

  /** Whether B can be read where it lies, its columns side by side; else it must be packed. */
  boolean readsInPlace(int columns) {
    return blocked || columns % panelColumns() == 0;
  }

  Range range(int tiles, int columns, int repeats) {
    return blocked
        ? new Range(
            (long) panels(columns) * groupColumns,
            (long) tiles * groupRows,
            repeats,
            groupColumns,
            groupRows)
        : new Range(tiles, panels(columns), repeats, groupRows, 1);
  }

  /** The macros that it is compiled with. */
  String[] defines(boolean linesOfA) {
    return blocked
        ? new String[] {
          "TILED=1",
          "TILE_ROWS=" + rows,
          "TILE_VECTORS=" + vectors,
          "GROUP_ROWS=" + groupRows,
          "GROUP_COLUMNS=" + groupColumns,
          "STEPS=" + steps,
          "LINES_OF_A=" + (linesOfA ? 1 : 0)
        }
        : new String[] {
          "TILED=0", "TILE_ROWS=" + rows, "TILE_VECTORS=" + vectors, "GROUP_TILES=" + groupRows
        };
  }

  /** For {@code implementation()}, for example {@code vector512:6x4}. */
  String name() {
    return blocked
        ? "blocks:%dx%d".formatted(tableRows(), panelColumns())
        : "vector%d:%dx%d".formatted(lanes * Float.SIZE, rows, vectors);
  }
}
