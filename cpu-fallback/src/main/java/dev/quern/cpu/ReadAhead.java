package dev.quern.cpu;

import dev.quern.cpu.IndirectProduct.Repeat;

/**
 * The memory that tiles read ahead, a little in every step of their sums: usually the rows of C
 * that the next block of tiles writes. Processors fetch a line before they write to it, and do not
 * see these lines coming, as tiles write four of each row; reading one after the other, they do.
 * Java has no instruction that only fetches, nor one that writes past the caches.
 *
 * <p>Or else an operand of what comes after the whole product, of which each tile reads a share.
 *
 * <p>Where sums are short and C comes from memory that is much of the time. On Zen 4, of 235
 * GFLOP/s, 1x1 convolutions went forward from 184 to 198 (64 channels to 256, 56 x 56 pixels), 188
 * to 207 (128 to 512, 28 x 28) and 203 to 219 (256 to 512, a stride of 2), back to the input from
 * 166 to 192 (256 to 64), 195 to 211 (256 to 128) and 196 to 217 (512 to 128). Reading all that a
 * tile writes before the tile began lost 3 to 19 %.
 *
 * @param blockTiles tiles of a panel in a block
 * @param blockBytes bytes of the rows of a block
 * @param tileBytes bytes that a tile reads
 * @param stepBytes bytes of them that a step reads; 0 if none does
 * @param last offset of the last bytes that a tile may read
 */
record ReadAhead(int blockTiles, long blockBytes, long tileBytes, int stepBytes, long last) {
  static final ReadAhead NONE = new ReadAhead(1, 0, 0, 0, 0);

  /** Bytes of C that caches hold, about: of all of it, and of one repetition. */
  private static final long CACHED_BYTES = 4 << 20;

  private static final long CACHED_BYTES_ONCE = 2 << 20;

  /** Steps of a sum beside which writing it is little. */
  private static final int MANY_STEPS = 256;

  /**
   * Whether tiles should read ahead the rows of C that the next block writes.
   *
   * @param outs offset in C of each row
   * @param columns columns of C
   * @param steps steps of a sum
   */
  static boolean ofRowsPays(int[] outs, int columns, int steps, Repeat repeat) {
    long bytes = (long) outs.length * columns * Float.BYTES;
    boolean cached = bytes < CACHED_BYTES_ONCE || bytes * repeat.count() < CACHED_BYTES;
    return !cached && steps > 0 && steps <= MANY_STEPS && sideBySide(outs, columns);
  }

  /** What the tiles of a product read of the rows of C, which lie side by side. */
  static ReadAhead ofRows(int columns, TileGrid grid, int steps) {
    long rowBytes = (long) columns * Float.BYTES;
    long bytes = grid.rows() * rowBytes;
    long tileBytes = grid.tileRows() * rowBytes / grid.panels();
    long last = bytes - tileBytes - Integer.BYTES;
    int stepBytes = Math.toIntExact(tileBytes / steps);
    long blockBytes = rowBytes * grid.tileRows() * grid.blockTiles();
    return new ReadAhead(grid.blockTiles(), blockBytes, tileBytes, stepBytes, last);
  }

  /** What the tiles of a product read of an operand that is needed after it. */
  static ReadAhead ofNext(long bytes, TileGrid grid, int steps) {
    long lastInt = bytes - Integer.BYTES;
    long tileBytes = lastInt / ((long) grid.tiles() * grid.panels());
    int stepBytes = Math.toIntExact(tileBytes / steps);
    return new ReadAhead(grid.tiles(), 0, tileBytes, stepBytes, lastInt - tileBytes);
  }

  private static boolean sideBySide(int[] outs, int columns) {
    for (int i = 0; i < outs.length; i++) {
      if (outs[i] != i * columns) {
        return false;
      }
    }
    return true;
  }

  /** Whether tiles read anything. */
  boolean any() {
    return stepBytes > 0;
  }

  /** Offset in C, or in what comes after, in bytes, of what a tile of a panel reads. */
  long offset(int tile, int panel) {
    long inBlock = (long) panel * blockTiles + tile % blockTiles;
    return Math.min((tile / blockTiles + 1L) * blockBytes + inBlock * tileBytes, last);
  }
}
