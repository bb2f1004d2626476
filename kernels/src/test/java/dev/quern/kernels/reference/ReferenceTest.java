package dev.quern.kernels.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.quern.core.DataType;
import dev.quern.kernels.Activation;
import dev.quern.kernels.BatchNorm;
import dev.quern.kernels.Dropout;
import dev.quern.kernels.Epilogue;
import dev.quern.kernels.GatherBatch;
import dev.quern.kernels.Gemm;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The reference on problems small enough to be worked out by hand, and its error bounds. */
class ReferenceTest {
  private static final double NAN = Double.NaN;
  private static final double EPS = 0x1p-24;

  @Test
  void productWithEverything() {
    Gemm.Spec spec =
        Gemm.builder(2, 2, 2)
            .transposed(true, false)
            .leads(2, 3, 3)
            .scale(2, 10)
            .epilogue(Epilogue.BIAS_RELU)
            .build();
    // op(A) is {1 2; 3 4}, stored transposed.
    Bounded c =
        ReferenceGemm.product(
            spec,
            new double[] {1, 3, 2, 4},
            new double[] {5, 6, NAN, 7, 8},
            new double[] {100, -500},
            new double[] {1, 2, -9, 3, 4});
    assertThat(c.values()).containsExactly(2 * 19 + 10 + 100, 0, -9, 2 * 43 + 30 + 100, 0);
    assertThat(c.magnitude(1)).isEqualTo(2 * 22 + 20 + 500);
  }

  @Test
  void productReadsNoOldValueWithBetaZero() {
    Gemm.Spec spec = Gemm.builder(1, 1, 0).build();
    double[] none = {};
    assertThat(ReferenceGemm.product(spec, none, none, null, new double[] {NAN}).values())
        .containsExactly(0);
  }

  /** Values by mpmath 1.3. */
  @Test
  void complementOfTheErrorFunction() {
    double[][] table = {
      {-2, 1.9953222650189528},
      {0, 1},
      {0.5, 0.4795001221869535},
      {1, 0.15729920705028513},
      {1.99, 0.004888586800383002},
      {2, 0.004677734981047266},
      {5, 1.537459794428035e-12},
      {10, 2.088487583762545e-45},
    };
    for (double[] pair : table) {
      double actual = ErrorFunction.complement(pair[0]);
      assertThat(actual / pair[1]).as("erfc(%s)", pair[0]).isCloseTo(1, within(1e-12));
    }
    assertThat(ErrorFunction.complement(Double.NaN)).isNaN();
  }

  @Test
  void activationsHaveTheirLimits() {
    double infinity = Double.POSITIVE_INFINITY;
    double[] x = {-infinity, infinity, NAN};
    for (Activation.Kind kind : Activation.Kind.values()) {
      Activation.Spec spec = new Activation.Spec(kind, 3, kind.hasAlpha() ? 0.5f : 0);
      double least =
          switch (kind) {
            case LEAKY_RELU -> -infinity;
            case ELU -> -0.5;
            case TANH -> -1;
            case SIGMOID, SILU, GELU -> 0;
          };
      boolean bounded = kind == Activation.Kind.SIGMOID || kind == Activation.Kind.TANH;
      double[] y = ReferenceActivation.forward(spec, x).values();
      assertThat(y).as(kind.toString()).containsExactly(least, bounded ? 1 : infinity, NAN);
    }
  }

  @Test
  void gatheringFillsThePartialBatchUp() {
    GatherBatch.Spec spec = new GatherBatch.Spec(DataType.FLOAT32, 3, 1, 3, 2, 2, 1);
    double[] data = {10, 20, 30};
    int[] labels = {7, 8, 9};
    int[] indices = {2, 5, 0};
    ReferenceGatherBatch first = ReferenceGatherBatch.gather(spec, data, labels, indices, 0);
    ReferenceGatherBatch second = ReferenceGatherBatch.gather(spec, data, labels, indices, 1);
    assertThat(first.x().values()).containsExactly(61, NAN);
    assertThat(first.y()).containsExactly(9, GatherBatch.IGNORED);
    assertThat(second.x().values()).containsExactly(21, 0);
    assertThat(second.y()).containsExactly(7, GatherBatch.IGNORED);
  }

  @Test
  void normalisesByWhatCounts() {
    BatchNorm.Spec spec = new BatchNorm.Spec(6, 1, 1, 0.75f, true, 3, false);
    double[] x = {1, 2, NAN, NAN, 3, 6};
    double[] two = {2};
    double[] ten = {10};
    ReferenceBatchNorm.Trained after =
        new ReferenceBatchNorm(spec, new int[] {4, -1, 0}).forward(x, two, ten, two, ten);
    double invStd = 1 / Math.sqrt(3.5 + 1);
    assertThat(after.mean().values()).containsExactly(3);
    assertThat(after.invStd().values()).containsExactly(invStd);
    assertThat(after.y().value(5)).isCloseTo(10 + 2 * 3 * invStd, within(1e-12));
    assertThat(after.y().value(2)).isNaN();
    assertThat(after.movingMean().values()).containsExactly(0.75 * 2 + 0.25 * 3);
    assertThat(after.movingVariance().value(0)).isCloseTo(0.75 * 10 + 0.25 * 14 / 3, within(1e-12));
  }

  @Test
  void normalisesByNothingIfNothingCounts() {
    BatchNorm.Spec spec = new BatchNorm.Spec(2, 1, 3, 0.75f, false, 2, false);
    ReferenceBatchNorm norm = new ReferenceBatchNorm(spec, new int[] {-1, -1});
    double[] x = {4, 6};
    double[] one = {1};
    ReferenceBatchNorm.Trained after = norm.forward(x, one, one, one, new double[] {7});
    assertThat(after.y().values()).containsExactly(3, 4);
    assertThat(after.movingMean().values()).containsExactly(1);
    assertThat(after.movingVariance().values()).containsExactly(7);
    assertThat(norm.backward(x, x, one, one, one).dx().values()).containsExactly(0, 0);
  }

  @Test
  void dropoutKeepsItsShareAndItsMean() {
    double[] ones = new double[100_000];
    Arrays.fill(ones, 1);
    Bounded y = ReferenceDropout.apply(new Dropout.Spec(ones.length, 0.3f, 5), ones, 2);
    double sum = 0;
    int zeros = 0;
    for (double value : y.values()) {
      sum += value;
      zeros += value == 0 ? 1 : 0;
    }
    // Four standard deviations of a binomial count.
    assertThat(zeros).isCloseTo(30_000, within(580));
    assertThat(sum / ones.length).isCloseTo(1, within(0.01));
    Bounded other = ReferenceDropout.apply(new Dropout.Spec(ones.length, 0.3f, 5), ones, 3);
    assertThat(other.values()).isNotEqualTo(y.values());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 1000, 1_000_000})
  void boundHoldsForNaiveSumsAndIsNotIdle(int terms) {
    SplittableRandom random = new SplittableRandom(terms);
    Bounded exact = new Bounded(1, terms);
    float naive = 0;
    for (int i = 0; i < terms; i++) {
      float a = (float) random.nextDouble(-1, 1);
      float b = (float) random.nextDouble(-1, 1);
      exact.add(0, (double) a * b);
      naive += a * b;
    }
    double allowed = exact.allowed(0, EPS);
    assertThat(Math.abs(naive - exact.value(0))).isLessThan(allowed);
    assertThat(allowed).isLessThan(5 * EPS * Math.sqrt(terms) * exact.magnitude(0));
  }
}
