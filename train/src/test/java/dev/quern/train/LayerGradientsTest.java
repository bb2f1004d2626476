package dev.quern.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.core.Device;
import dev.quern.train.data.DataSet;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Forward and backward of every layer, in small networks, against central differences in double.
 */
class LayerGradientsTest {
  private static final long SEED = 7;

  /**
   * Relative error of a whole gradient: sums of at most a few hundred float32 products (each 2^-24,
   * sqrt(300) of them, through four layers) stay below 1e-5; the rest is the central differences'.
   */
  private static final double BOUND = 2e-5;

  private static final Shape IMAGE = new Shape(9, 8, 2);

  static Stream<Arguments> networks() {
    return Stream.of(
        named("dense", Shape.flat(6), Dense.of(3)),
        named("dense relu", Shape.flat(6), Dense.of(5).relu(), Dense.of(4).relu(), Dense.of(3)),
        named("conv", IMAGE, Conv2D.of(3, 3, 2), Flatten.of(), Dense.of(4)),
        named(
            "conv relu twice",
            IMAGE,
            Conv2D.of(3, 3, 3).relu(),
            Conv2D.of(4, 2, 2).relu(),
            Flatten.of(),
            Dense.of(3)),
        named(
            "pool through relu",
            IMAGE,
            Conv2D.of(4, 3, 3).relu(),
            MaxPooling2D.of(2, 2),
            Conv2D.of(5, 2, 2).relu(),
            MaxPooling2D.of(2, 1),
            Flatten.of(),
            Dense.of(6).relu(),
            Dense.of(3)),
        named(
            "pool behind a linear conv",
            IMAGE,
            Conv2D.of(4, 3, 3),
            MaxPooling2D.of(2, 2),
            Flatten.of(),
            Dense.of(3)),
        named(
            "overlapping pool",
            IMAGE,
            Conv2D.of(3, 2, 2).relu(),
            MaxPooling2D.of(3, 2).strides(2, 1),
            Flatten.of(),
            Dense.of(3)),
        named(
            "pool in front",
            IMAGE,
            MaxPooling2D.of(2, 2),
            Conv2D.of(3, 2, 2).relu(),
            Flatten.of(),
            Dense.of(3)),
        named(
            "same padding and strides",
            IMAGE,
            Conv2D.of(3, 3, 4).strides(2, 3).samePadding().relu(),
            Conv2D.of(2, 2, 2).samePadding(),
            Flatten.of(),
            Dense.of(3)),
        named(
            "dilation and groups",
            IMAGE,
            Conv2D.of(4, 2, 3).dilation(2, 1).inGroups(2).relu(),
            Conv2D.of(6, 2, 2).inGroups(2).samePadding().dilation(1, 2),
            Flatten.of(),
            Dense.of(3)),
        named(
            "depthwise",
            new Shape(6, 5, 4),
            Conv2D.of(4, 3, 3).inGroups(4),
            Flatten.of(),
            Dense.of(2)),
        named(
            "dropout",
            IMAGE,
            Conv2D.of(3, 3, 3).relu(),
            MaxPooling2D.of(2, 2),
            Dropout.of(0.25),
            Flatten.of(),
            Dense.of(8).relu(),
            Dropout.of(0.5),
            Dense.of(3)),
        named("dropout in front", Shape.flat(12), Dropout.of(0.3), Dense.of(4).relu(), Dense.of(3)),
        named("one pixel", new Shape(1, 1, 3), Conv2D.of(2, 1, 1).relu(), Dense.of(2)));
  }

  private static Arguments named(String name, Shape input, Layer... layers) {
    return Arguments.of(name, Sequential.of(input, layers));
  }

  /** Two steps with learning rate 0, so that the second is replayed and draws other masks. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void gradientsAreTheDifferencesOfTheLoss(String name, Sequential network) {
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

  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void evaluationAndPredictionSeeNoDropout(String name, Sequential network) {
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

  private static Model compile(Sequential network, Device device) {
    Model model =
        network.compile(device, Optimizer.sgd(0), Loss.SPARSE_CATEGORICAL_CROSSENTROPY, SEED);
    // Biases begin at 0, where a wrong sign or a missing bias could not be seen.
    for (String name : model.weightNames()) {
      if (name.endsWith("/bias")) {
        float[] bias = model.weight(name);
        for (int i = 0; i < bias.length; i++) {
          bias[i] = 0.05f * (i + 1);
        }
        model.setWeight(name, bias);
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
