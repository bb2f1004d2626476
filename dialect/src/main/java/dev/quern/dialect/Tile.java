package dev.quern.dialect;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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

  /** Most of anything: what lies beyond can only be a damaged file. */
  private static final int MOST = 1024;

  Tile {
    for (int extent : new int[] {rows, vectors, lanes, groupRows, groupColumns, steps}) {
      if (extent < 1 || extent > MOST) {
        throw new IllegalArgumentException("no tile has an extent of " + extent);
      }
    }
  }

  /**
   * A tile from a file of findings.
   *
   * @throws IllegalArgumentException if it is none
   */
  static Tile of(@Nullable Object entry) {
    if (!(entry instanceof Map<?, ?> map)) {
      throw new IllegalArgumentException("a tile must be an object");
    }
    return new Tile(
        Boolean.TRUE.equals(map.get("blocked")),
        number(map, "rows"),
        number(map, "vectors"),
        number(map, "lanes"),
        number(map, "group_rows"),
        number(map, "group_columns"),
        number(map, "steps"));
  }

  private static int number(Map<?, ?> map, String name) {
    return map.get(name) instanceof Integer number ? number : 0;
  }

  /** For a file of findings. */
  Map<String, Object> asMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("blocked", blocked);
    map.put("rows", rows);
    map.put("vectors", vectors);
    map.put("lanes", lanes);
    map.put("group_rows", groupRows);
    map.put("group_columns", groupColumns);
    map.put("steps", steps);
    return map;
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
          "LANES=1",
          "TILED=1",
          "TILE_ROWS=" + rows,
          "TILE_VECTORS=" + vectors,
          "GROUP_ROWS=" + groupRows,
          "GROUP_COLUMNS=" + groupColumns,
          "STEPS=" + steps,
          "LINES_OF_A=" + (linesOfA ? 1 : 0)
        }
        : new String[] {
          "LANES=" + lanes,
          "TILED=0",
          "TILE_ROWS=" + rows,
          "TILE_VECTORS=" + vectors,
          "GROUP_TILES=" + groupRows
        };
  }

  /** For {@code implementation()}, for example {@code vector512:6x4}. */
  String name() {
    return blocked
        ? "blocks:%dx%d".formatted(tableRows(), panelColumns())
        : "vector%d:%dx%d".formatted(lanes * Float.SIZE, rows, vectors);
  }
}
