package dev.quern.kernels.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.quern.core.DataType;
import dev.quern.kernels.Activation;
import dev.quern.kernels.Adam;
import dev.quern.kernels.AveragePool2d;
import dev.quern.kernels.AveragePool2d.Divisor;
import dev.quern.kernels.AveragePool2dBuilder;
import dev.quern.kernels.BatchNorm;
import dev.quern.kernels.ClipNorm;
import dev.quern.kernels.ClipValue;
import dev.quern.kernels.DenseLoss;
import dev.quern.kernels.Dropout;
import dev.quern.kernels.Epilogue;
import dev.quern.kernels.GatherBatch;
import dev.quern.kernels.Gemm;
import dev.quern.kernels.MaxPool2d;
import dev.quern.kernels.RmsProp;
import dev.quern.kernels.Sgd;
import dev.quern.kernels.SoftmaxCrossEntropy;
import dev.quern.kernels.SoftmaxCrossEntropy.Reduction;
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

  @Test
  void poolingRulesOfTies() {
    MaxPool2d.Spec spec =
        MaxPool2d.builder().input(1, 1, 1, 6).window(1, 2).padding(0, 2, 0, 0).build();
    double[] x = {5, 5, NAN, NAN, Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY};
    ReferenceMaxPool2d.Maxima maxima = ReferenceMaxPool2d.forward(spec, x);
    assertThat(maxima.y().values())
        .containsExactly(Double.NEGATIVE_INFINITY, 5, NAN, Double.NEGATIVE_INFINITY);
    assertThat(maxima.argmax()).containsExactly(-1, 0, 3, 4);
    Bounded dx =
        ReferenceMaxPool2d.backward(
            spec, maxima.y().values(), maxima.argmax(), new double[] {7, 1, 2, 3});
    assertThat(dx.values()).containsExactly(1, 0, 0, 2, 3, 0);
  }

  /** Windows of 3 that begin at -2, 0, 2 and 4: the last hangs over the padded end by one. */
  @Test
  void averagesByEachDivisor() {
    AveragePool2dBuilder builder =
        AveragePool2d.builder()
            .input(1, 1, 1, 5)
            .window(1, 3)
            .stride(1, 2)
            .padding(0, 2, 0, 1)
            .ceilMode(true);
    double[] x = {12, 6, 3, 9, 24};
    assertThat(averages(builder, Divisor.INSIDE, x)).containsExactly(12, 7, 12, 24);
    assertThat(averages(builder, Divisor.WINDOW, x)).containsExactly(4, 7, 12, 12);
    assertThat(averages(builder, Divisor.SUM, x)).containsExactly(12, 21, 36, 24);
    AveragePool2d.Spec spec = builder.divisor(Divisor.WINDOW).build();
    assertThat(ReferenceAveragePool2d.backward(spec, new double[] {3, 6, 9, 4}).values())
        .containsExactly(3, 2, 5, 3, 5);
  }

  private static double[] averages(AveragePool2dBuilder builder, Divisor divisor, double[] x) {
    return ReferenceAveragePool2d.forward(builder.divisor(divisor).build(), x).values();
  }

  /** Each output's gradient, repeated over its window: UpSampling2D by nearest neighbours. */
  @Test
  void sumsSideBySideGoBackAsUpsampling() {
    AveragePool2d.Spec spec =
        AveragePool2d.builder().input(1, 1, 2, 4).divisor(Divisor.SUM).build();
    assertThat(ReferenceAveragePool2d.backward(spec, new double[] {7, 9}).values())
        .containsExactly(7, 7, 9, 9, 7, 7, 9, 9);
  }

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
  void firstStepOfAdamIsAsLongAsTheLearningRate() {
    for (Adam.Form form : Adam.Form.values()) {
      Adam.Spec spec = new Adam.Spec(2, 0.9f, 0.999f, 1e-10f, form, 0, Adam.Decay.L2);
      double[] zero = {0, 0};
      ReferenceAdam after =
          ReferenceAdam.update(
              spec, new double[] {1, 1}, new double[] {5, -0.01}, zero, zero, 0, 0.5);
      assertThat(after.p().value(0)).isCloseTo(0.5, within(1e-6));
      assertThat(after.p().value(1)).isCloseTo(1.5, within(1e-6));
      assertThat(after.m().value(0)).isCloseTo(0.5, within(1e-6));
    }
  }

  @Test
  void decoupledDecayDrawsTheOldWeight() {
    Adam.Spec spec =
        new Adam.Spec(1, 0.9f, 0.999f, 1e-7f, Adam.Form.KERAS, 0.25f, Adam.Decay.DECOUPLED);
    double[] zero = {0};
    Bounded p = ReferenceAdam.update(spec, new double[] {8}, zero, zero, zero, 0, 0.5).p();
    assertThat(p.value(0)).isEqualTo(8 - 0.5 * 0.25 * 8);
  }

  @Test
  void momentumLooksAhead() {
    double[] p = {1};
    double[] g = {2};
    double[] v = {4};
    Bounded plain = ReferenceSgd.update(new Sgd.Spec(1, 0.5f, false, 0), p, g, v, 0.25).p();
    Bounded ahead = ReferenceSgd.update(new Sgd.Spec(1, 0.5f, true, 0), p, g, v, 0.25).p();
    Bounded decayed = ReferenceSgd.update(new Sgd.Spec(1, 0, false, 0.5f), p, g, v, 0.25).p();
    assertThat(plain.value(0)).isEqualTo(1 + 1.5);
    assertThat(ahead.value(0)).isEqualTo(1 + 0.25);
    assertThat(decayed.value(0)).isEqualTo(1 - 0.25 * 2.5);
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

  @Test
  void rmsPropDividesByTheRootOfTheMeanSquare() {
    RmsProp.Spec spec = new RmsProp.Spec(1, 0.5f, 0.5f, 0.25f);
    double[] p = {1};
    double[] g = {2};
    double[] v = {4};
    double[] m = {8};
    ReferenceRmsProp after = ReferenceRmsProp.update(spec, p, g, v, m, 0.25);
    assertThat(after.v().value(0)).isEqualTo(4);
    assertThat(after.m().value(0)).isEqualTo(4 + 0.5 / Math.sqrt(4.25));
    assertThat(after.p().value(0)).isEqualTo(1 - after.m().value(0));
  }

  @Test
  void clippingKeepsTheDirectionOrBoundsEachElement() {
    double[] g = {3, -4};
    assertThat(ReferenceClipNorm.clip(new ClipNorm.Spec(2, 2.5f), g).values())
        .containsExactly(1.5, -2);
    assertThat(ReferenceClipNorm.clip(new ClipNorm.Spec(2, 5), g).values()).containsExactly(3, -4);
    double[] infinite = {3, Double.POSITIVE_INFINITY};
    assertThat(ReferenceClipNorm.clip(new ClipNorm.Spec(2, 5), infinite).values())
        .containsExactly(NAN, NAN);
    assertThat(ReferenceClipValue.clip(new ClipValue.Spec(2, -1, 3.5f), g).values())
        .containsExactly(3, -1);
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
