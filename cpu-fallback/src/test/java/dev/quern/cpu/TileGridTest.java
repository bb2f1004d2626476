package dev.quern.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** A cut product is the whole product, in blocks that caches hold. */
final class TileGridTest {
  private static final int PROBLEMS = 500;
  private static final long SEED = Long.getLong("quern.seed", 20260101L);
  private static final TileSet SET = new PlainTileSet();

  @Test
  void coversAllRowsAndColumns() {
    Random random = new Random(SEED);
    for (int problem = 0; problem < PROBLEMS; problem++) {
      int rows = random.nextInt(5_000);
      int count = 1 + random.nextInt(3_000);
      boolean aheadOfC = random.nextBoolean();
      TileGrid grid = TileGrid.of(SET, rows, Columns.of(count, SET), aheadOfC, 1, 1);
      String what = grid + " of -Dquern.seed=" + SEED;
      assertThat(grid.tiles()).as(what).isEqualTo(Math.ceilDiv(rows, grid.tileRows()));
      assertThat(grid.units()).as(what).isGreaterThanOrEqualTo((long) grid.tiles() * grid.panels());
      int vectors = (grid.panels() - 1) * grid.panelVectors() + grid.lastVectors();
      assertThat((vectors - 1) * SET.lanes() + grid.lastLanes()).as(what).isEqualTo(count);
      int whole = rows - grid.tailRows();
      assertThat(rows == 0 ? 0 : whole % grid.tileRows()).as(what).isZero();
    }
  }

  @Test
  void blocksAreSmallWhereTheNextOneIsReadAhead() {
    assertThat(blockBytes(4096, true)).isLessThanOrEqualTo(256 << 10);
    assertThat(blockBytes(4096, false)).isGreaterThan(256 << 10);
    assertThat(TileGrid.of(SET, 9, Columns.of(1_000_000, SET), true, 1, 1).blockTiles()).isOne();
  }

  private static int blockBytes(int columns, boolean aheadOfC) {
    TileGrid grid = TileGrid.of(SET, 4096, Columns.of(columns, SET), aheadOfC, 1, 1);
    return grid.blockTiles() * grid.tileRows() * columns * Float.BYTES;
  }
}
