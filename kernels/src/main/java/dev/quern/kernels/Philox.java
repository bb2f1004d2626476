package dev.quern.kernels;

/**
 * The counter-based generator Philox 4x32-10: ten rounds turn a 128-bit counter and a 64-bit key
 * into four random words. Stateless, so any element of a sequence can be drawn anywhere, in any
 * order.
 *
 * <p>Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 */
public final class Philox {
  private static final long MULTIPLIER_0 = 0xD2511F53L;
  private static final long MULTIPLIER_1 = 0xCD9E8D57L;
  private static final int WEYL_0 = 0x9E3779B9;
  private static final int WEYL_1 = 0xBB67AE85;
  private static final int ROUNDS = 10;

  private Philox() {}

  /**
   * One word of the block at a counter.
   *
   * @param word which of the four, 0 to 3
   * @param c0 counter, lowest word
   * @param c1 counter, second word
   * @param c2 counter, third word
   * @param c3 counter, highest word
   * @param key both key words, the first in the low half
   */
  public static int word(int word, int c0, int c1, int c2, int c3, long key) {
    int[] words = new int[4];
    block(c0, c1, c2, c3, key, words);
    return words[word];
  }

  /**
   * All four words of the block at a counter.
   *
   * @param c0 counter, lowest word
   * @param c1 counter, second word
   * @param c2 counter, third word
   * @param c3 counter, highest word
   * @param key both key words, the first in the low half
   * @param words receives them
   */
  public static void block(int c0, int c1, int c2, int c3, long key, int[] words) {
    int k0 = (int) key;
    int k1 = (int) (key >>> 32);
    for (int round = 0; round < ROUNDS; round++) {
      long p0 = MULTIPLIER_0 * (c0 & 0xFFFFFFFFL);
      long p1 = MULTIPLIER_1 * (c2 & 0xFFFFFFFFL);
      c0 = (int) (p1 >>> 32) ^ c1 ^ k0;
      c1 = (int) p1;
      c2 = (int) (p0 >>> 32) ^ c3 ^ k1;
      c3 = (int) p0;
      k0 += WEYL_0;
      k1 += WEYL_1;
    }
    words[0] = c0;
    words[1] = c1;
    words[2] = c2;
    words[3] = c3;
  }

  /** Word {@code index mod 4} of block {@code index / 4} in the sequence of {@code step}. */
  public static int at(long index, int step, long key) {
    long block = index >>> 2;
    return word((int) (index & 3), (int) block, (int) (block >>> 32), step, 0, key);
  }

  /** A word as a number from 0 (inclusive) to 1 (exclusive), a multiple of 2^-24. */
  public static float unit(int word) {
    return (word >>> 8) * 0x1p-24f;
  }
}
