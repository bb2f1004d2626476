package dev.quern.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.core.Device;
import dev.quern.core.SpecException;
import dev.quern.train.data.DataSet;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
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

  private static final Shape PICTURE = new Shape(6, 5, 2);
  private static final Shape SMALL = new Shape(3, 4, 2);
  private static final Shape STEPS = new Shape(1, 11, 3);

  /** Every layer in every way: a new one needs a line here and its loops in DoubleLayers. */
  static Stream<Arguments> layers() {
    return Stream.of(
            conv2d(),
            Stream.of(
                layer(PICTURE, Flatten.of()),
                layer(PICTURE, Reshape.of(3, -1, 4)),
                layer(PICTURE, Dropout.of(0.4)),
                layer(Shape.flat(7), Dense.of(4)),
                layer(Shape.flat(7), Dense.of(6).withoutBias().relu()),
                layer(Shape.flat(7), Dense.of(4).softmax()),
                layer(STEPS, Conv1D.of(4, 3)),
                layer(STEPS, Conv1D.of(4, 3).strides(2).samePadding().relu()),
                layer(STEPS, Conv1D.of(6, 2).dilation(3).inGroups(3).withoutBias()),
                layer(PICTURE, MaxPooling2D.of(2, 3)),
                layer(PICTURE, MaxPooling2D.of(3, 3).strides(2, 2).samePadding()),
                layer(STEPS, MaxPooling1D.of(2)),
                layer(STEPS, MaxPooling1D.of(3).strides(2).samePadding()),
                layer(PICTURE, AveragePooling2D.of(2, 2)),
                layer(PICTURE, AveragePooling2D.of(3, 2).strides(2, 3).samePadding()),
                layer(STEPS, AveragePooling1D.of(3)),
                layer(STEPS, AveragePooling1D.of(4).strides(2).samePadding()),
                layer(PICTURE, GlobalAveragePooling2D.of()),
                layer(SMALL, UpSampling2D.of(2, 3)),
                layer(PICTURE, BatchNormalization.of()),
                layer(new Shape(1, 2, 5), BatchNormalization.of().epsilon(0.1)),
                layer(PICTURE, Activation.linear()),
                layer(PICTURE, Activation.relu()),
                layer(PICTURE, Activation.softmax()),
                layer(PICTURE, Activation.leakyRelu()),
                layer(PICTURE, Activation.elu()),
                layer(PICTURE, Activation.sigmoid()),
                layer(PICTURE, Activation.tanh()),
                layer(PICTURE, Activation.silu()),
                layer(PICTURE, Activation.gelu()),
                layer(Shape.flat(7), Dense.of(4).gelu()),
                layer(Shape.flat(7), Dense.of(4).sigmoid()),
                layer(STEPS, Conv1D.of(3, 2).tanh()),
                layer(SMALL, DepthwiseConv2D.of(2, 2).activation(Activation.silu())),
                layer(SMALL, Conv2DTranspose.of(2, 2, 2).gelu()),
                layer(SMALL, Conv2D.of(3, 2, 2).leakyRelu(0.1))))
        .flatMap(lines -> lines);
  }

  private static Stream<Arguments> conv2d() {
    return Stream.of(
        layer(PICTURE, Conv2D.of(3, 3, 2)),
        layer(PICTURE, Conv2D.of(3, 3, 2).relu().withoutBias()),
        layer(PICTURE, Conv2D.of(3, 3, 2).softmax().strides(2, 3)),
        layer(PICTURE, Conv2D.of(4, 4, 3).samePadding().strides(3, 2).inGroups(2)),
        layer(PICTURE, Conv2D.of(2, 2, 3).dilation(3, 2).samePadding()),
        layer(PICTURE, DepthwiseConv2D.of(3, 2)),
        layer(PICTURE, DepthwiseConv2D.of(3, 3).depthMultiplier(3).samePadding().relu()),
        layer(PICTURE, DepthwiseConv2D.of(2, 2).depthMultiplier(2).strides(2, 1).withoutBias()),
        layer(PICTURE, DepthwiseConv2D.of(2, 2).dilation(2, 3)),
        layer(SMALL, Conv2DTranspose.of(3, 3, 2)),
        layer(SMALL, Conv2DTranspose.of(3, 3, 3).strides(2, 2).samePadding().relu()),
        layer(SMALL, Conv2DTranspose.of(2, 4, 1).strides(1, 3).withoutBias()),
        layer(SMALL, Conv2DTranspose.of(2, 2, 2).strides(3, 2).softmax()));
  }

  /** A layer between others, the one in front with a weight for each element of its input. */
  private static Arguments layer(Shape input, Layer layer) {
    return named(layer.toString(), input, new Offset(), layer, Flatten.of(), Dense.of(3));
  }

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
        named("softmax at the end", Shape.flat(6), Dense.of(5).relu(), Dense.of(3).softmax()),
        named("softmax as a layer", IMAGE, Flatten.of(), Dense.of(3), Activation.softmax()),
        named("softmax twice", Shape.flat(6), Dense.of(4).softmax(), Activation.softmax()),
        augmented(Augmentation.of().crop(2).flip(true, false).cutout(0.4)),
        augmented(Augmentation.of().shift(0.2, 0.1).rotation(0.1).zoom(0.3).brightness(0.2)),
        augmented(Augmentation.of().flip(false, true).shift(0.5, 0.5).fill(0.7)),
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

  /** Trained by the batch's statistics; frozen, gradients go through the moving ones. */
  static Stream<Arguments> normalized() {
    Layer[] layers = {
      new Offset(),
      Conv2D.of(3, 3, 3).withoutBias(),
      BatchNormalization.of(),
      Activation.relu(),
      MaxPooling2D.of(2, 2),
      DepthwiseConv2D.of(2, 2).withoutBias().relu(),
      BatchNormalization.of().momentum(0.5),
      Flatten.of(),
      Dense.of(3)
    };
    Network network = Sequential.of(IMAGE, layers);
    return Stream.of(
        Arguments.of("batch norms", network),
        Arguments.of("frozen batch norm", network.frozen("batch_normalization")),
        Arguments.of("all but the head frozen", network.frozen(name -> !name.startsWith("dense"))),
        Arguments.of(
            "frozen batch norms", network.frozen("batch_normalization", "batch_normalization_1")));
  }

  private static Node twoBlocks(Node x) {
    Node first = Add.of(x, x.then(SAME.relu(), SAME));
    Node second = Add.of(first, first.then(SAME.relu(), Dropout.of(0.25), SAME));
    return second.then(MaxPooling2D.of(2, 2));
  }

  private static Arguments augmented(Augmentation layer) {
    return named(layer.toString(), IMAGE, layer, Conv2D.of(3, 3, 3), Flatten.of(), Dense.of(3));
  }

  private static Arguments graph(String name, Node node) {
    return Arguments.of(name, Network.of(node.then(Flatten.of(), Dense.of(3))));
  }

  private static Arguments named(String name, Shape input, Layer... layers) {
    return Arguments.of(name, Sequential.of(input, layers));
  }

  /** Two steps with learning rate 0, so that the second is replayed and draws other masks. */
  @ParameterizedTest(name = "{0}")
  @MethodSource({"layers", "networks", "graphs", "normalized"})
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
  @MethodSource({"layers", "networks", "graphs", "normalized"})
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

  /** It has no gradient, so it must not stand behind anything that wants one. */
  @Test
  void augmentationBelongsToTheHead() {
    Network network =
        Sequential.of(
            IMAGE, Conv2D.of(2, 3, 3), Augmentation.of().crop(1), Flatten.of(), Dense.of(3));
    try (Device device = Cpu.open();
        Model model = compile(network, device);
        Model frozen = compile(network.frozen("conv2d"), device)) {
      DataSet rows = Rows.random(network, 5, 13);
      assertThatThrownBy(() -> model.fit(rows, Fit.epochs(1).batch(5)))
          .isInstanceOf(SpecException.class)
          .hasMessageContaining("augmentation has no gradient and belongs in front");
      assertThat(frozen.fit(rows, Fit.epochs(1).batch(5)).epochs()).hasSize(1);
    }
  }

  private static Model compile(Network network, Device device) {
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
