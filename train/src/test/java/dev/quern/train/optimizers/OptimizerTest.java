package dev.quern.train.optimizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.quern.core.Device;
import dev.quern.core.SpecException;
import dev.quern.train.Cpu;
import dev.quern.train.Fit;
import dev.quern.train.Loss;
import dev.quern.train.Model;
import dev.quern.train.Network;
import dev.quern.train.Rows;
import dev.quern.train.Sequential;
import dev.quern.train.Shape;
import dev.quern.train.data.DataSet;
import dev.quern.train.layers.Dense;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Updates by hand, in double, from the gradients that the device leaves behind. */
class OptimizerTest {
  private static final String WEIGHT = "dense/kernel";

  private final Network network = Sequential.of(Shape.flat(6), Dense.of(3));
  private final DataSet rows = Rows.random(network, 8, 2);

  /**
   * Runs five steps and hands the weights before, the gradients and the weights after to a check.
   */
  private void follow(Optimizer optimizer, Consumer<double[][]> check) {
    try (Device device = Cpu.open();
        Model model = network.compile(device, optimizer, Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 4)) {
      for (int step = 1; step <= 5; step++) {
        double[] before = doubles(model.weight(WEIGHT));
        model.fit(rows, Fit.epochs(1).batch(8));
        double[] gradient = doubles(model.gradient(WEIGHT));
        check.accept(new double[][] {before, gradient, doubles(model.weight(WEIGHT)), {step}});
      }
    }
  }

  private static double[] doubles(float[] values) {
    double[] copy = new double[values.length];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = values[i];
    }
    return copy;
  }

  @Test
  void plainDescent() {
    follow(
        Optimizer.sgd(0.1),
        s -> {
          for (int i = 0; i < s[0].length; i++) {
            assertThat(s[2][i]).isCloseTo(s[0][i] - 0.1 * s[1][i], within(1e-7));
          }
        });
  }

  @Test
  void nesterovMomentumGoesOnAcrossFits() {
    double[] velocity = new double[18];
    follow(
        Optimizer.sgd(0.1, 0.9, true),
        s -> {
          for (int i = 0; i < velocity.length; i++) {
            velocity[i] = 0.9 * velocity[i] - 0.1 * s[1][i];
            double want = s[0][i] + 0.9 * velocity[i] - 0.1 * s[1][i];
            assertThat(s[2][i]).isCloseTo(want, within(1e-6));
          }
        });
  }

  /** Keras's form and defaults; moments and the step count go on across fits. */
  @Test
  void adam() {
    double[] m = new double[18];
    double[] v = new double[18];
    follow(
        Optimizer.adam(),
        s -> {
          double t = s[3][0];
          double rate = 1e-3 * Math.sqrt(1 - Math.pow(0.999, t)) / (1 - Math.pow(0.9, t));
          for (int i = 0; i < m.length; i++) {
            m[i] = 0.9 * m[i] + 0.1 * s[1][i];
            v[i] = 0.999 * v[i] + 0.001 * s[1][i] * s[1][i];
            double want = s[0][i] - rate * m[i] / (Math.sqrt(v[i]) + 1e-7);
            assertThat(s[2][i]).isCloseTo(want, within(1e-6));
            assertThat(s[2][i]).isNotEqualTo(s[0][i]);
          }
        });
  }

  /** Keras's AdamW: weights shrink by themselves, the moments do not know. */
  @Test
  void adamWTakesItsDecayFromTheWeights() {
    double[] m = new double[18];
    double[] v = new double[18];
    follow(
        Optimizer.adamW(1e-2, 0.1),
        s -> {
          double t = s[3][0];
          double rate = 1e-2 * Math.sqrt(1 - Math.pow(0.999, t)) / (1 - Math.pow(0.9, t));
          for (int i = 0; i < m.length; i++) {
            m[i] = 0.9 * m[i] + 0.1 * s[1][i];
            v[i] = 0.999 * v[i] + 0.001 * s[1][i] * s[1][i];
            double shrunk = s[0][i] * (1 - 1e-2 * 0.1);
            double want = shrunk - rate * m[i] / (Math.sqrt(v[i]) + 1e-7);
            assertThat(s[2][i]).isCloseTo(want, within(1e-6));
          }
        });
  }

  /** Keras's form: epsilon inside the root. */
  @Test
  void rmsprop() {
    double[] v = new double[18];
    follow(
        Optimizer.rmsprop(1e-2),
        s -> {
          for (int i = 0; i < v.length; i++) {
            v[i] = 0.9 * v[i] + 0.1 * s[1][i] * s[1][i];
            double want = s[0][i] - 1e-2 * s[1][i] / Math.sqrt(v[i] + 1e-7);
            assertThat(s[2][i]).isCloseTo(want, within(1e-6));
          }
        });
  }

  /** What is left behind is the gradient as it was used. */
  @Test
  void clippingBoundsTheGradient() {
    follow(
        Optimizer.sgd(0.1).clipValue(0.01),
        s -> {
          for (int i = 0; i < s[0].length; i++) {
            assertThat(Math.abs(s[1][i])).isLessThanOrEqualTo(0.01f);
            assertThat(s[2][i]).isCloseTo(s[0][i] - 0.1 * s[1][i], within(1e-7));
          }
          assertThat(s[1]).contains((double) 0.01f);
        });
    try (Device device = Cpu.open();
        Model free =
            network.compile(device, Optimizer.sgd(0), Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 4);
        Model clipped =
            network.compile(
                device, Optimizer.sgd(0).clipNorm(0.05), Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 4)) {
      double whole = norm(free);
      assertThat(whole).isGreaterThan(0.05);
      assertThat(norm(clipped)).isCloseTo(0.05, within(1e-6));
      double ratio = 0.05 / whole;
      assertThat((double) clipped.gradient(WEIGHT)[3])
          .isCloseTo(free.gradient(WEIGHT)[3] * ratio, within(1e-7));
    }
    assertThatThrownBy(() -> Optimizer.adam().clipNorm(0))
        .isInstanceOf(SpecException.class)
        .hasMessageContaining("more than 0, but gets 0");
  }

  /** Of the gradients by all weights together, after a step. */
  private double norm(Model model) {
    model.fit(rows, Fit.epochs(1).batch(8));
    double squares = 0;
    for (String name : model.weightNames()) {
      for (float value : model.gradient(name)) {
        squares += (double) value * value;
      }
    }
    return Math.sqrt(squares);
  }
}
