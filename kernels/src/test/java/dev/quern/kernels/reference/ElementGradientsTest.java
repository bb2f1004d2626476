package dev.quern.kernels.reference;

import dev.quern.kernels.Activation;
import dev.quern.kernels.BatchNorm;
import dev.quern.kernels.BiasAdd;
import dev.quern.kernels.Dropout;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Gradients of what takes elements one by one, or those of a channel. */
class ElementGradientsTest extends AgainstDifferences {
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
