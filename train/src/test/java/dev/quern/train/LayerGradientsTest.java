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

  private static final Conv2D SAME = Conv2D.of(4, 3, 3).samePadding();

  /** Every way in which gradients meet, and in which one is read by several. */
  static Stream<Arguments> graphs() {
    Node input = Node.input(IMAGE);
    Node x = input.then(Conv2D.of(4, 2, 2));
    Node relu = input.then(SAME.relu());
    return Stream.of(
        graph("residual block", Add.of(x, x.then(SAME.relu(), SAME))),
        graph("the other way round", Add.of(x.then(SAME.relu(), SAME), x)),
        // The addition hands one gradient to both arms, and both change theirs.
        graph("diamond of two ReLUs", Add.of(x.then(SAME.relu()), x.then(SAME.relu()))),
        graph("diamond with a ReLU on one arm", Add.of(x.then(SAME), x.then(SAME.relu()))),
        graph("ReLU as a shortcut", Add.of(relu, relu.then(SAME, Dropout.of(0.2)))),
        graph("three takers", Add.of(x.then(SAME), x.then(SAME.relu()), x.then(SAME))),
        graph("three takers, one of them the sum", Add.of(x.then(SAME), x, x.then(SAME.relu()))),
        graph("sum of sums", Add.of(Add.of(x, x.then(SAME.relu())), Add.of(x.then(SAME), x))),
        graph("twice the same", Add.of(relu, relu)),
        graph("pool beside a convolution", beside(relu)),
        graph("two blocks", twoBlocks(relu)),
        graph("input as a shortcut", Add.of(input.then(Conv2D.of(2, 1, 1).relu()), input)),
        graph(
            "rows of numbers",
            Add.of(
                relu.then(Flatten.of(), Dense.of(6).relu()),
                relu.then(Flatten.of(), Dense.of(6)))));
  }

  /** The pool must not go through the ReLU alone, as somebody else takes its output, too. */
  private static Node beside(Node relu) {
    return Add.of(
        relu.then(MaxPooling2D.of(2, 2)), relu.then(SAME.strides(2, 2)).then(Conv2D.of(4, 2, 1)));
  }

  private static Node twoBlocks(Node x) {
    Node first = Add.of(x, x.then(SAME.relu(), SAME));
    Node second = Add.of(first, first.then(SAME.relu(), Dropout.of(0.25), SAME));
    return second.then(MaxPooling2D.of(2, 2));
  }

  private static Arguments graph(String name, Node node) {
    return Arguments.of(name, Network.of(node.then(Flatten.of(), Dense.of(3))));
  }

  private static Arguments named(String name, Shape input, Layer... layers) {
    return Arguments.of(name, Sequential.of(input, layers));
  }

  /** Two steps with learning rate 0, so that the second is replayed and draws other masks. */
  @ParameterizedTest(name = "{0}")
  @MethodSource({"networks", "graphs"})
  void gradientsAreTheDifferencesOfTheLoss(String name, Network network) {
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
  @MethodSource({"networks", "graphs"})
  void evaluationAndPredictionSeeNoDropout(String name, Network network) {
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

  private static Model compile(Network network, Device device) {
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
