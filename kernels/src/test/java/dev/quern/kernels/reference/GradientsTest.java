package dev.quern.kernels.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.kernels.Activation;
import dev.quern.kernels.AveragePool2d;
import dev.quern.kernels.AveragePool2d.Divisor;
import dev.quern.kernels.BatchNorm;
import dev.quern.kernels.BiasAdd;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.DenseLoss;
import dev.quern.kernels.Dropout;
import dev.quern.kernels.Epilogue;
import dev.quern.kernels.Layout;
import dev.quern.kernels.MaxPool2d;
import dev.quern.kernels.Softmax;
import dev.quern.kernels.SoftmaxCrossEntropy;
import dev.quern.kernels.SoftmaxCrossEntropy.Reduction;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each backward pass against central differences of its forward pass: the gradient of {@code sum(u
 * * y(x))} by {@code x} must be what the backward pass gives for {@code dy = u}.
 */
class GradientsTest {
  private static final double STEP = 1e-5;

  /** Truncation is of order STEP^2, rounding of 1e-16 / STEP. */
  private static final double ALLOWED = 1e-8;

  private final SplittableRandom random = new SplittableRandom(42);

  private double[] numbers(long count) {
    return random.doubles(count, -1, 1).toArray();
  }

  private static double dot(double[] u, Bounded y) {
    double sum = 0;
    for (int i = 0; i < u.length; i++) {
      sum += u[i] * y.value(i);
    }
    return sum;
  }

  private static void requireGradient(
      double[] x, ToDoubleFunction<double[]> loss, Bounded gradient) {
    assertThat(gradient.count()).isEqualTo(x.length);
    double largest = 0;
    for (int i = 0; i < x.length; i++) {
      double[] moved = x.clone();
      moved[i] = x[i] + STEP;
      double above = loss.applyAsDouble(moved);
      moved[i] = x[i] - STEP;
      double slope = (above - loss.applyAsDouble(moved)) / (2 * STEP);
      assertThat(Math.abs(slope - gradient.value(i)))
          .as("gradient by element %d: %s, by differences %s", i, gradient.value(i), slope)
          .isLessThan(ALLOWED);
      largest = Math.max(largest, Math.abs(slope));
    }
    assertThat(largest).as("largest gradient").isGreaterThan(0.01);
  }

  private static Conv2d.Spec convolution(Layout layout, Epilogue epilogue) {
    return Conv2d.builder()
        .layout(layout)
        .input(2, 4, 7, 8)
        .filters(6, 3, 2)
        .stride(2, 1)
        .padding(1, 0, 2, 3)
        .dilation(2, 3)
        .groups(2)
        .epilogue(epilogue)
        .build();
  }

  @ParameterizedTest
  @EnumSource
  void convolution(Layout layout) {
    Conv2d.Spec spec = convolution(layout, Epilogue.BIAS);
    double[] x = numbers(spec.inputs());
    double[] w = numbers(spec.weights());
    double[] b = numbers(spec.k());
    double[] u = numbers(spec.outputs());
    requireGradient(
        x,
        moved -> dot(u, ReferenceConv2d.forward(spec, moved, w, b)),
        ReferenceConv2d.backwardData(spec, u, w));
    requireGradient(
        w,
        moved -> dot(u, ReferenceConv2d.forward(spec, x, moved, b)),
        ReferenceConv2d.backwardFilter(spec, x, u));
    requireGradient(
        b,
        moved -> dot(u, ReferenceConv2d.forward(spec, x, w, moved)),
        ReferenceConv2d.backwardBias(spec, u));
  }

  @ParameterizedTest
  @EnumSource
  void convolutionThroughItsEpilogue(Layout layout) {
    Conv2d.Spec spec = convolution(layout, Epilogue.BIAS_RELU);
    double[] x = numbers(spec.inputs());
    double[] w = numbers(spec.weights());
    double[] b = numbers(spec.k());
    double[] u = numbers(spec.outputs());
    double[] y = ReferenceConv2d.forward(spec, x, w, b).values();
    double[] dz = ReferenceConv2d.backwardEpilogue(y, u).values();
    requireGradient(
        x,
        moved -> dot(u, ReferenceConv2d.forward(spec, moved, w, b)),
        ReferenceConv2d.backwardData(spec, dz, w));
  }

  @ParameterizedTest
  @EnumSource
  void pooling(Layout layout) {
    MaxPool2d.Builder builder =
        MaxPool2d.builder()
            .layout(layout)
            .input(2, 3, 7, 8)
            .window(3, 2)
            .stride(2, 1)
            .padding(1, 0, 2, 1)
            .dilation(1, 2)
            .ceilMode(true);
    requirePooling(builder.build(), x -> x);
    requirePooling(builder.reluInput(true).build(), x -> ReferenceRelu.forward(x).values());
  }

  private void requirePooling(MaxPool2d.Spec spec, Function<double[], double[]> before) {
    double[] x = numbers(spec.inputs());
    double[] u = numbers(spec.outputs());
    ReferenceMaxPool2d.Maxima maxima = ReferenceMaxPool2d.forward(spec, before.apply(x));
    // A window of padding alone is minus infinity and would spoil the differences.
    for (int i = 0; i < u.length; i++) {
      assertThat(maxima.argmax()[i]).isNotNegative();
    }
    requireGradient(
        x,
        moved -> dot(u, ReferenceMaxPool2d.forward(spec, before.apply(moved)).y()),
        ReferenceMaxPool2d.backward(spec, maxima.y().values(), maxima.argmax(), u));
  }

  @ParameterizedTest
  @EnumSource
  void averagePooling(Divisor divisor) {
    for (Layout layout : Layout.values()) {
      AveragePool2d.Spec spec =
          AveragePool2d.builder()
              .layout(layout)
              .input(2, 3, 7, 8)
              .window(3, 2)
              .stride(2, 1)
              .padding(1, 0, 2, 1)
              .dilation(1, 2)
              .ceilMode(true)
              .divisor(divisor)
              .build();
      double[] u = numbers(spec.outputs());
      requireGradient(
          numbers(spec.inputs()),
          moved -> dot(u, ReferenceAveragePool2d.forward(spec, moved)),
          ReferenceAveragePool2d.backward(spec, u));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void softmax(boolean logarithm) {
    Softmax.Spec spec = new Softmax.Spec(3, 7, logarithm);
    double[] x = numbers(spec.count());
    double[] u = numbers(spec.count());
    double[] y = ReferenceSoftmax.forward(spec, x).values();
    requireGradient(
        x,
        moved -> dot(u, ReferenceSoftmax.forward(spec, moved)),
        ReferenceSoftmax.backward(spec, y, u));
  }

  @ParameterizedTest
  @EnumSource
  void softmaxCrossEntropy(Reduction reduction) {
    SoftmaxCrossEntropy.Spec spec = new SoftmaxCrossEntropy.Spec(5, 4, reduction);
    int[] labels = {2, 0, -1, 3, 1};
    double[] z = numbers(spec.count());
    double[] u = numbers(reduction == Reduction.NONE ? 5 : 1);
    requireGradient(
        z,
        moved -> dot(u, ReferenceSoftmaxCrossEntropy.of(spec, moved, labels, u, 0).loss()),
        ReferenceSoftmaxCrossEntropy.of(spec, z, labels, u, 0).dz());
  }

  /** The gradient of a sum is handed on as it is, to both terms. */
  @Test
  void add() {
    double[] a = numbers(20);
    double[] b = numbers(20);
    double[] u = numbers(20);
    Bounded handedOn = new Bounded(20, 1);
    for (int i = 0; i < u.length; i++) {
      handedOn.set(i, u[i]);
    }
    requireGradient(a, moved -> dot(u, ReferenceAdd.forward(moved, b)), handedOn);
    requireGradient(b, moved -> dot(u, ReferenceAdd.forward(a, moved)), handedOn);
  }

  @Test
  void biasAdd() {
    BiasAdd.Spec spec = new BiasAdd.Spec(3, 5, 4);
    double[] x = numbers(spec.count());
    double[] b = numbers(spec.channels());
    double[] u = numbers(spec.count());
    requireGradient(
        b,
        moved -> dot(u, ReferenceBiasAdd.forward(spec, x, moved)),
        ReferenceBiasAdd.backward(spec, u));
  }

  @Test
  void batchNorm() {
    BatchNorm.Spec spec = new BatchNorm.Spec(12, 3, 4);
    int[] labels = {5, -1, 0, 2};
    double[] x = numbers(spec.count());
    double[] u = numbers(spec.count());
    Arrays.fill(u, 9, 18, 0); // a loss gives ignored images no gradient
    double[] gamma = numbers(3);
    double[] beta = numbers(3);
    double[] moving = {1, 1, 1};
    for (ReferenceBatchNorm norm :
        new ReferenceBatchNorm[] {
          new ReferenceBatchNorm(spec, labels), new ReferenceBatchNorm(spec, null)
        }) {
      ReferenceBatchNorm.Trained after = norm.forward(x, gamma, beta, moving, moving);
      ReferenceBatchNorm.Gradients gradients =
          norm.backward(x, u, gamma, after.mean().values(), after.invStd().values());
      requireGradient(
          x, moved -> dot(u, norm.forward(moved, gamma, beta, moving, moving).y()), gradients.dx());
      requireGradient(
          gamma,
          moved -> dot(u, norm.forward(x, moved, beta, moving, moving).y()),
          gradients.dgamma());
      requireGradient(
          beta,
          moved -> dot(u, norm.forward(x, gamma, moved, moving, moving).y()),
          gradients.dbeta());
    }
  }

  /** Inference is its own gradient, with mean and beta 0. */
  @Test
  void inferenceOfBatchNorm() {
    ReferenceBatchNorm norm = new ReferenceBatchNorm(new BatchNorm.Spec(5, 3, 0), null);
    double[] x = numbers(15);
    double[] u = numbers(15);
    double[] gamma = numbers(3);
    double[] mean = numbers(3);
    double[] variance = {0.5, 1, 2};
    double[] zero = {0, 0, 0};
    requireGradient(
        x,
        moved -> dot(u, norm.infer(moved, gamma, gamma, mean, variance)),
        norm.infer(u, gamma, zero, zero, variance));
  }

  @Test
  void relu() {
    double[] x = numbers(50);
    double[] u = numbers(50);
    requireGradient(
        x,
        moved -> dot(u, ReferenceRelu.forward(moved)),
        ReferenceRelu.backward(ReferenceRelu.forward(x).values(), u));
  }

  @ParameterizedTest
  @EnumSource
  void activation(Activation.Kind kind) {
    Activation.Spec spec = new Activation.Spec(kind, 50, kind.hasAlpha() ? 0.7f : 0);
    double[] x = numbers(50);
    for (int i = 0; i < x.length; i++) {
      x[i] *= 5;
    }
    double[] u = numbers(50);
    double[] y = ReferenceActivation.forward(spec, x).values();
    requireGradient(
        x,
        moved -> dot(u, ReferenceActivation.forward(spec, moved)),
        ReferenceActivation.backward(spec, kind.savesInput() ? x : y, u));
  }

  @ParameterizedTest
  @EnumSource
  void denseLoss(DenseLoss.Kind kind) {
    DenseLoss.Spec spec = new DenseLoss.Spec(kind, 5, 4);
    int[] labels = {2, 0, -1, 3, 1};
    double[] z = numbers(spec.count());
    double[] targets = numbers(spec.count());
    requireGradient(
        z,
        moved -> ReferenceDenseLoss.of(spec, moved, targets, labels, 0).loss().value(0),
        ReferenceDenseLoss.of(spec, z, targets, labels, 0).dz());
  }

  @Test
  void dropout() {
    Dropout.Spec spec = new Dropout.Spec(50, 0.3f, 9);
    double[] x = numbers(50);
    double[] u = numbers(50);
    requireGradient(
        x,
        moved -> dot(u, ReferenceDropout.apply(spec, moved, 4)),
        ReferenceDropout.apply(spec, u, 4));
  }
}
