package dev.quern.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SharesTest {

  @Test
  void aWorkerTakesItsOwnShareFirst() {
    Shares shares = new Shares(2);
    shares.deal(20, 5_000);
    for (int unit = 10; unit < 20; unit++) {
      assertThat(shares.take(1)).isEqualTo(unit);
      assertThat(shares.until(1)).isEqualTo(unit + 1);
    }
    assertThat(shares.take(1)).isZero();
    assertThat(shares.take(0)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 64})
  void oneWorkerTakesAllIfNobodyElseComes(int workers) {
    Shares shares = new Shares(workers);
    for (long units : new long[] {0, 1, 2, 63, 1000}) {
      shares.deal(units, 100);
      long taken = 0;
      for (long from = shares.take(0); from != Shares.NONE; from = shares.take(0)) {
        taken += shares.until(0) - from;
      }
      assertThat(taken).isEqualTo(units);
      assertThat(shares.take(0)).isEqualTo(Shares.NONE);
    }
  }

  @Test
  void piecesAreAnEighthOfWhatIsLeftAndFiveMicrosecondsAtLeast() {
    assertThat(pieceOf(2, 1_000_000, 10)).isEqualTo(62_500);
    assertThat(pieceOf(64, 64_000, 10)).isEqualTo(500);
    assertThat(pieceOf(64, 6_400, 10)).as("no more than a share").isEqualTo(100);
    assertThat(pieceOf(64, 640, 20_000)).as("a unit at least").isEqualTo(1);
  }

  @Test
  void piecesGetShorterTowardsTheEnd() {
    Shares shares = new Shares(2);
    shares.deal(2_000, 1_000);
    long before = Long.MAX_VALUE;
    for (long from = shares.take(0); from < 1_000; from = shares.take(0)) {
      long piece = shares.until(0) - from;
      assertThat(piece).isBetween(1L, before);
      before = piece;
    }
    assertThat(before).isLessThanOrEqualTo(5);
  }

  /** Where the first piece ends: it begins at 0. */
  private static long pieceOf(int workers, long units, double nanos) {
    Shares shares = new Shares(workers);
    shares.deal(units, nanos);
    assertThat(shares.take(0)).isZero();
    return shares.until(0);
  }

  @Test
  void littleWorkIsNotShared() {
    assertThat(Shares.worthwhile(100, 50)).isFalse();
    assertThat(Shares.worthwhile(101, 50)).isTrue();
    assertThat(Shares.worthwhile(1, 1e9)).isFalse();
  }
}
