package dev.quern.kernels.reference;

import dev.quern.kernels.DenseLoss;
import dev.quern.kernels.Softmax;
import dev.quern.kernels.SoftmaxCrossEntropy;
import dev.quern.kernels.SoftmaxCrossEntropy.Reduction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Gradients of losses and of what stands before them. */
class LossGradientsTest extends AgainstDifferences {
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
}
