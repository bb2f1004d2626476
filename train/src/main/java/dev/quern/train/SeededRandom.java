package dev.quern.train;

import dev.quern.kernels.Philox;

/**
 * A sequence of random numbers that is the same for the same seed on every machine and in every
 * version: words of {@link Philox} in order.
 */
final class SeededRandom {
  private final long key;
  private long index;

  SeededRandom(long key) {
    this.key = key;
  }

  /** The key of a sequence of its own for each combination of numbers. */
  static long key(long seed, int purpose, int number) {
    long low = Philox.word(0, (int) seed, (int) (seed >>> 32), purpose, number, 0);
    long high = Philox.word(1, (int) seed, (int) (seed >>> 32), purpose, number, 0);
    return (low & 0xFFFFFFFFL) | high << 32;
  }

  /** The next number from 0 (inclusive) to 1 (exclusive). */
  float nextUnit() {
    return Philox.unit(Philox.at(index++, 0, key));
  }

  /** The next whole number from 0 (inclusive) to {@code bound} (exclusive), all equally likely. */
  int nextBelow(int bound) {
    long limit = (1L << 32) / bound * bound; // words from here on would favour small numbers
    while (true) {
      long word = Philox.at(index++, 0, key) & 0xFFFFFFFFL;
      if (word < limit) {
        return (int) (word % bound);
      }
    }
  }

  /** The numbers 0 to {@code count} in random order (Fisher and Yates). */
  int[] permutation(int count) {
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      int j = nextBelow(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }
}
