package dev.quern.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Known answers of {@code philox4x32 10} in the Random123 distribution, {@code kat_vectors}. */
class PhiloxTest {

  private static int[] block(int counter, long key) {
    int[] words = new int[4];
    for (int i = 0; i < words.length; i++) {
      words[i] = Philox.word(i, counter, counter, counter, counter, key);
    }
    return words;
  }

  @Test
  void allZeros() {
    assertThat(block(0, 0)).containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
  }

  @Test
  void allOnes() {
    assertThat(block(-1, -1)).containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
  }

  @Test
  void digitsOfPi() {
    long key = 0x299f31d0_a4093822L;
    int[] words = new int[4];
    for (int i = 0; i < words.length; i++) {
      words[i] = Philox.word(i, 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, key);
    }
    assertThat(words).containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
  }

  @Test
  void sequenceTakesBlocksInOrderAndKeepsTheHighHalfOfTheIndex() {
    long index = (5L << 34) + 7;
    assertThat(Philox.at(6, 9, 11)).isEqualTo(Philox.word(2, 1, 0, 9, 0, 11));
    assertThat(Philox.at(index, 9, 11)).isEqualTo(Philox.word(3, 1, 5, 9, 0, 11));
  }

  @Test
  void unitIsBelowOneAndExact() {
    assertThat(Philox.unit(0)).isZero();
    assertThat(Philox.unit(0xFF)).isZero();
    assertThat(Philox.unit(-1)).isEqualTo(1 - 0x1p-24f);
    assertThat(Philox.unit(0x80000000)).isEqualTo(0.5f);
  }
}
