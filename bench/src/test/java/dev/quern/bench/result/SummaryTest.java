package dev.quern.bench.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SummaryTest {
  private static final double EXACT = 1e-12;

  private static double[] upTo(int last) {
    return IntStream.rangeClosed(1, last).mapToDouble(i -> last + 1 - i).toArray();
  }

  @Test
  void quartilesLieBetweenSamples() {
    Summary summary = Summary.of(4, 1, 3, 2);
    assertThat(summary.median()).isEqualTo(2.5);
    assertThat(summary.min()).isEqualTo(1);
    assertThat(summary.lower()).isEqualTo(1.75);
    assertThat(summary.upper()).isEqualTo(3.25);
    assertThat(summary.samples()).isEqualTo(4);
  }

  @Test
  void oneSampleIsAllThereIs() {
    Summary summary = Summary.of(7);
    assertThat(summary.median()).isEqualTo(7);
    assertThat(summary.upper()).isEqualTo(7);
    assertThat(summary.doubt()).isInfinite();
  }

  @Test
  void noSampleIsAnError() {
    assertThatThrownBy(Summary::of).isInstanceOf(IllegalArgumentException.class);
  }

  /** Ranks 40 and 61 of 100, as tables of the sign test have them. */
  @Test
  void doubtComesFromRanks() {
    assertThat(Summary.of(upTo(100)).doubt()).isCloseTo((61 - 40) / 2.0 / 50.5, within(EXACT));
    assertThat(Summary.of(upTo(5)).doubt()).isInfinite();
    assertThat(Summary.of(3, 3, 3, 3, 3, 3).doubt()).isZero();
  }

  @Test
  void oneOfSeveralRunsTakesItsShare() {
    Summary summary = Summary.of(upTo(9)).dividedBy(2);
    assertThat(summary.median()).isEqualTo(2.5);
    assertThat(summary.min()).isEqualTo(0.5);
    assertThat(summary.doubt()).isEqualTo(Summary.of(upTo(9)).doubt());
    assertThat(summary.asMap())
        .containsOnlyKeys(
            "median_nanos",
            "min_nanos",
            "lower_quartile_nanos",
            "upper_quartile_nanos",
            "doubt",
            "samples");
  }
}
