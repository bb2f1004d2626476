package dev.quern.kernels.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.quern.kernels.DenseLoss;
import dev.quern.kernels.GatherBatch;
import dev.quern.kernels.SoftmaxCrossEntropy;
import dev.quern.kernels.SoftmaxCrossEntropy.Reduction;
import org.junit.jupiter.api.Test;

/** Losses of a few rows, worked out by hand. */
class ReferenceLossesTest {
  private static final double NAN = Double.NaN;

  @Test
  void lossOfIgnoredOutsideAndExtremeRows() {
    SoftmaxCrossEntropy.Spec spec = new SoftmaxCrossEntropy.Spec(4, 2, Reduction.NONE);
    double[] z = {0, 0, 1, 2, 1, 2, 1e4, -1e4};
    int[] labels = {0, -1, 2, 1};
    ReferenceSoftmaxCrossEntropy result = ReferenceSoftmaxCrossEntropy.of(spec, z, labels, null, 5);
    assertThat(result.loss().values()).containsExactly(Math.log(2), 0, NAN, 2e4);
    assertThat(result.dz().values()).containsExactly(-0.5, 0.5, 0, 0, NAN, NAN, 1, -1);
    assertThat(result.hits()).isEqualTo(1);
    assertThat(result.totalLoss().value(0)).isNaN();
  }

  @Test
  void meanOverNoRowIsZero() {
    SoftmaxCrossEntropy.Spec spec = new SoftmaxCrossEntropy.Spec(1, 2, Reduction.MEAN);
    ReferenceSoftmaxCrossEntropy result =
        ReferenceSoftmaxCrossEntropy.of(spec, new double[] {1, 2}, new int[] {-1}, null, 5);
    assertThat(result.loss().values()).containsExactly(0);
    assertThat(result.totalLoss().values()).containsExactly(5);
  }

  @Test
  void denseLossesByHand() {
    double[] z = {2, -1, 3, 3, 9, 9};
    double[] targets = {1, 0, 0, 1, 1, 1};
    int[] labels = {4, 0, GatherBatch.IGNORED};
    ReferenceDenseLoss squares =
        ReferenceDenseLoss.of(
            new DenseLoss.Spec(DenseLoss.Kind.MEAN_SQUARED_ERROR, 3, 2), z, targets, labels, 1);
    assertThat(squares.loss().value(0)).isEqualTo((1 + 6.5) / 2);
    assertThat(squares.totalLoss().value(0)).isEqualTo(1 + 1 + 6.5);
    assertThat(squares.dz().values()).containsExactly(0.5, -0.5, 1.5, 1, 0, 0);
    assertThat(squares.hits()).isZero();
    ReferenceDenseLoss binary =
        ReferenceDenseLoss.of(
            new DenseLoss.Spec(DenseLoss.Kind.BINARY_CROSS_ENTROPY, 3, 2), z, targets, labels, 0);
    double first = Math.log1p(Math.exp(-2)) + Math.log1p(Math.exp(-1));
    double second = 3 + 2 * Math.log1p(Math.exp(-3));
    assertThat(binary.loss().value(0)).isCloseTo((first + second) / 4, within(1e-15));
    assertThat(binary.hits()).isEqualTo(1);
    ReferenceDenseLoss categorical =
        ReferenceDenseLoss.of(
            new DenseLoss.Spec(DenseLoss.Kind.CATEGORICAL_CROSS_ENTROPY, 3, 2),
            z,
            targets,
            labels,
            0);
    double expected = (Math.log1p(Math.exp(-3)) + Math.log(2)) / 2;
    assertThat(categorical.loss().value(0)).isCloseTo(expected, within(1e-15));
    assertThat(categorical.hits()).isEqualTo(1); // of two equal logits the first is the answer
  }
}
