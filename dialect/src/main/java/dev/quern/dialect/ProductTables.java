package dev.quern.dialect;

import dev.quern.kernels.indirect.IndirectTables;
import java.util.List;

/**
 * The tables of a product as the kernel reads them, in one array: offsets in A of all rows, offsets
 * in C of all rows, the steps, and the tiles {first row, number of rows, first step, number of
 * steps}.
 */
final class ProductTables {
  private static final int TILE_NUMBERS = 4;

  private final int outsAt;
  private final int stepsAt;
  private final int tilesAt;
  private final int tileCount;
  private final int[] values;

  ProductTables(List<IndirectTables> tables, int tileRows) {
    int rows = 0;
    int steps = 0;
    int tiles = 0;
    for (IndirectTables table : tables) {
      rows += table.rows().length;
      steps += table.steps().length;
      tiles += (table.rows().length + tileRows - 1) / tileRows;
    }
    outsAt = rows;
    stepsAt = 2 * rows;
    tilesAt = stepsAt + steps;
    tileCount = tiles;
    values = new int[tilesAt + TILE_NUMBERS * tiles];
    int row = 0;
    int step = 0;
    int tile = tilesAt;
    for (IndirectTables table : tables) {
      int count = table.rows().length;
      System.arraycopy(table.rows(), 0, values, row, count);
      System.arraycopy(table.outs(), 0, values, outsAt + row, count);
      System.arraycopy(table.steps(), 0, values, stepsAt + step, table.steps().length);
      for (int first = 0; first < count; first += tileRows) {
        values[tile++] = row + first;
        values[tile++] = Math.min(tileRows, count - first);
        values[tile++] = step / 2;
        values[tile++] = table.steps().length / 2;
      }
      row += count;
      step += table.steps().length;
    }
  }

  int outsAt() {
    return outsAt;
  }

  int stepsAt() {
    return stepsAt;
  }

  int tilesAt() {
    return tilesAt;
  }

  int tileCount() {
    return tileCount;
  }

  int[] values() {
    return values;
  }
}
