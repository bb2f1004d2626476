package dev.quern.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.cpu.IndirectProduct.Repeat;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Epilogue;
import dev.quern.kernels.indirect.IndirectTables;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tiles that read ahead stay inside of C and compute what they did. */
final class ReadAheadTest {
  private static final int PROBLEMS = 300;
  private static final long SEED = Long.getLong("quern.seed", 20260101L);

  @Test
  void readsNothingOutsideOfC() {
    Random random = new Random(SEED);
    for (int problem = 0; problem < PROBLEMS; problem++) {
      int columns = 8 + random.nextInt(500);
      int rows = (8 << 20) / 4 / columns + random.nextInt(500);
      int panels = 1 + random.nextInt(1 + columns / 64);
      int steps = 1 + random.nextInt(256);
      int tileRows = 1 + random.nextInt(12);
      int blockTiles = 1 + random.nextInt(32);
      int[] outs = IndirectTables.regular(rows, columns);
      assertThat(ReadAhead.ofRowsPays(outs, columns, steps, Repeat.ONCE)).isTrue();
      ReadAhead ahead = ReadAhead.ofRows(columns, grid(rows, panels, tileRows, blockTiles), steps);
      long end = 4L * rows * columns;
      long next = 4L * blockTiles * tileRows * columns;
      String what = ahead + " of -Dquern.seed=" + SEED;
      for (int tile = 0; tile < Math.ceilDiv(rows, tileRows); tile++) {
        long lowest = Math.min((tile / blockTiles + 1) * next, ahead.last());
        for (int panel = 0; panel < panels; panel++) {
          long offset = ahead.offset(tile, panel);
          long lastInt = offset + (steps - 1L) * ahead.stepBytes();
          assertThat(offset).as(what).isGreaterThanOrEqualTo(lowest);
          assertThat(lastInt + 4).as(what).isLessThanOrEqualTo(end);
        }
      }
    }
  }

  @Test
  void sharesOutWhatComesNext() {
    Random random = new Random(SEED);
    for (int problem = 0; problem < PROBLEMS; problem++) {
      long bytes = (1L << 16) + random.nextInt(1 << 22);
      int panels = 1 + random.nextInt(16);
      int tiles = 1 + random.nextInt(16);
      int steps = 1 + random.nextInt(400);
      ReadAhead ahead = ReadAhead.ofNext(bytes, grid(tiles * 6, panels, 6, tiles), steps);
      String what = ahead + " of -Dquern.seed=" + SEED;
      long read = 0;
      for (int panel = 0; panel < panels; panel++) {
        for (int tile = 0; tile < tiles; tile++) {
          long offset = ahead.offset(tile, panel);
          assertThat(offset).as(what).isEqualTo(read);
          read = offset + ahead.tileBytes();
          long lastInt = offset + (steps - 1L) * ahead.stepBytes();
          assertThat(lastInt + Integer.BYTES).as(what).isLessThanOrEqualTo(bytes);
        }
      }
      assertThat(read)
          .as(what)
          .isGreaterThanOrEqualTo(bytes - Integer.BYTES - (long) tiles * panels);
    }
  }

  @Test
  void leavesAloneWhatCachesHoldAndWhatIsNotInRows() {
    int[] small = IndirectTables.regular(1000, 64);
    int[] large = IndirectTables.regular(100_000, 64);
    int[] apart = IndirectTables.regular(100_000, 128);
    Repeat often = new Repeat(100, 0, 0, 0, 0);

    assertThat(ReadAhead.ofRowsPays(large, 64, 64, Repeat.ONCE)).isTrue();
    assertThat(ReadAhead.ofRowsPays(small, 64, 64, often)).isFalse();
    assertThat(ReadAhead.ofRowsPays(large, 64, 257, Repeat.ONCE)).isFalse();
    assertThat(ReadAhead.ofRowsPays(large, 64, 0, Repeat.ONCE)).isFalse();
    assertThat(ReadAhead.ofRowsPays(apart, 64, 64, Repeat.ONCE)).isFalse();
  }

  private static TileGrid grid(int rows, int panels, int tileRows, int blockTiles) {
    int tiles = Math.ceilDiv(rows, tileRows);
    int blocks = Math.ceilDiv(tiles, blockTiles);
    return new TileGrid(rows, panels, 4, 4, 16, tileRows, tiles, blockTiles, blocks);
  }

  @Test
  void convolutionsStayRight() {
    Conv2d.Spec spec =
        Conv2d.builder()
            .input(3, 16, 41, 43)
            .filters(240, 1, 1)
            .epilogue(Epilogue.BIAS_RELU)
            .build();
    new DrawnConvolution(spec, 2);
    DrawnConvolution cold = new DrawnConvolution(spec, 2);
    WarmUp.OF_PROCESS.await();
    for (int threads : new int[] {1, 3}) {
      DrawnConvolution warm = new DrawnConvolution(spec, threads);
      warm.requireWithin(1e-6);
      Loops.requireSame(warm.y, cold.y, "y, " + threads + " threads");
      Loops.requireSame(warm.dx, cold.dx, "dx, " + threads + " threads");
    }
  }
}
