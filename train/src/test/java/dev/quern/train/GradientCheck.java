package dev.quern.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.core.Device;
import dev.quern.train.data.DataSet;
import dev.quern.train.optimizers.Optimizer;
import java.util.Map;

/** A network on a device against the same one in double, whose gradients are differences. */
public final class GradientCheck {
  private static final long SEED = 7;

  /**
   * Relative error of a whole gradient: sums of at most a few hundred float32 products (each 2^-24,
   * sqrt(300) of them, through four layers) stay below 1e-5; the rest is the central differences'.
   */
  private static final double BOUND = 2e-5;

  private GradientCheck() {}

  /** Two steps with learning rate 0, so that the second is replayed and draws other masks. */
  public static void trained(Network network) {
    DataSet rows = Rows.random(network, 5, 11);
    try (Device device = Cpu.open();
        Model model = compile(network, device)) {
      DoubleNetwork truth = new DoubleNetwork(model, SEED);
      for (int step = 0; step < 2; step++) {
        History history = model.fit(rows, Fit.epochs(1).batch(5).shuffle(false));
        double loss = truth.loss(rows, step);
        assertThat(history.epochs().get(0).loss()).isBetween(loss * (1 - 1e-6), loss * (1 + 1e-6));
        requireClose(model, truth.gradients(rows, step), "step " + step);
      }
    }
  }

  /** Loss and predictions without training. */
  public static void evaluated(Network network) {
    DataSet rows = Rows.random(network, 5, 12);
    try (Device device = Cpu.open();
        Model model = compile(network, device)) {
      DoubleNetwork truth = new DoubleNetwork(model, SEED);
      double loss = truth.loss(rows);
      assertThat(model.evaluate(rows, 2).loss()).isBetween(loss * (1 - 1e-6), loss * (1 + 1e-6));
      float[][] predicted = model.predict(rows);
      assertThat(predicted).hasNumberOfRows(rows.count());
      for (int row = 0; row < rows.count(); row++) {
        double[] want = truth.probabilities(rows, row);
        for (int i = 0; i < want.length; i++) {
          assertThat((double) predicted[row][i]).isBetween(want[i] - 1e-6, want[i] + 1e-6);
        }
      }
    }
  }

  /** The network with weights that no mistake could hide behind, and a learning rate of 0. */
  public static Model compile(Network network, Device device) {
    Model model =
        network.compile(device, Optimizer.sgd(0), Loss.SPARSE_CATEGORICAL_CROSSENTROPY, SEED);
    // Biases and moving statistics begin where a wrong sign or a missing one could not be seen.
    for (String name : model.weightNames()) {
      double from = name.endsWith("gamma") || name.endsWith("variance") ? 1 : 0;
      if (!name.endsWith("kernel")) {
        float[] values = model.weight(name);
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) (from + 0.3 * Math.sin(i + 1)); // no two apart by a pixel's step
        }
        model.setWeight(name, values);
      }
    }
    return model;
  }

  private static void requireClose(Model model, Map<String, double[]> want, String when) {
    want.forEach(
        (name, gradient) -> {
          float[] got = model.gradient(name);
          double error = 0;
          double size = 0;
          for (int i = 0; i < got.length; i++) {
            error += (got[i] - gradient[i]) * (got[i] - gradient[i]);
            size += gradient[i] * gradient[i];
          }
          assertThat(size).as("gradient by %s is not all 0", name).isPositive();
          assertThat(Math.sqrt(error / size))
              .as("gradient by %s, %s", name, when)
              .isLessThan(BOUND);
        });
  }
}
