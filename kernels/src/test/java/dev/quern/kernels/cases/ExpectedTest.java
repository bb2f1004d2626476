package dev.quern.kernels.cases;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.kernels.Precision;
import dev.quern.kernels.reference.Bounded;
import org.junit.jupiter.api.Test;

/** What counts as a right answer. */
class ExpectedTest {
  private static final float ULP = Math.ulp(1f);

  private static Bounded of(double... values) {
    Bounded bounded = new Bounded(values.length, 1);
    for (int i = 0; i < values.length; i++) {
      bounded.set(i, values[i], Math.abs(values[i]));
    }
    return bounded;
  }

  @Test
  void roundingIsAllowedAndNoMore() {
    Expected expected = Expected.rounded(of(1, 2));
    assertThat(expected.mismatch(Values.of(1f, 2f), false)).isNull();
    assertThat(expected.mismatch(Values.of(1f + 2 * ULP, 2f), false)).isNull();
    assertThat(expected.mismatch(Values.of(1f, 2f + 16 * ULP), false))
        .startsWith("1 of 2 elements are wrong; the worst is element 1");
  }

  @Test
  void wholeNumbersMustBeExactUnlessTheFormulaIsAnother() {
    Expected expected = Expected.linear(of(1, 2), Precision.FP32, true);
    assertThat(expected.exact()).isTrue();
    assertThat(expected.mismatch(Values.of(1f + ULP, 2f), false)).contains("1 of 2");
    assertThat(expected.mismatch(Values.of(1f + ULP, 2f), true)).isNull();
    assertThat(Expected.linear(of(0x1p24, 2), Precision.FP32, true).exact()).isFalse();
  }

  @Test
  void notANumberMustBeThatAndInfinityToo() {
    Expected expected = Expected.rounded(of(Double.NaN, Double.POSITIVE_INFINITY, 1));
    float infinity = Float.POSITIVE_INFINITY;
    assertThat(expected.mismatch(Values.of(Float.NaN, infinity, 1f), false)).isNull();
    assertThat(expected.mismatch(Values.of(0f, infinity, 1f), false)).contains("1 of 3");
    assertThat(expected.mismatch(Values.of(Float.NaN, -infinity, 1f), false)).contains("1 of 3");
    assertThat(expected.mismatch(Values.of(Float.NaN, infinity, Float.NaN), false))
        .contains("1 of 3");
  }

  @Test
  void theTwoZerosAreEqual() {
    assertThat(Expected.rounded(of(0.0)).mismatch(Values.of(-0f), false)).isNull();
  }

  @Test
  void countsMustBeExact() {
    assertThat(Expected.exactly(3, 4).mismatch(Values.of(3, 4), true)).isNull();
    assertThat(Expected.exactly(3, 4).mismatch(Values.of(3, 5), true)).contains("must be 4");
  }

  @Test
  void emptyAnswersAreDistrustedEvenWithinTheirBounds() {
    Bounded loose = new Bounded(10, 1);
    for (int i = 0; i < loose.count(); i++) {
      loose.set(i, 0.01 * (i + 1), 1e9);
    }
    assertThat(Expected.rounded(loose).mismatch(Values.of(new float[10]), false))
        .isEqualTo("10 of 10 elements are 0, but only 0 should be");
    float[] sevens = {7, 7, 7, 7, 7, 7, 7, 7, 7, 7};
    assertThat(Expected.rounded(loose).mismatch(Values.of(sevens), false))
        .isEqualTo("all 10 elements are 7.0, but should differ");
  }
}
