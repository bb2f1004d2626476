package dev.quern.train;

import dev.quern.train.layers.Activation;
import dev.quern.train.layers.BatchNormalization;
import dev.quern.train.layers.Conv2D;
import dev.quern.train.layers.Dense;
import dev.quern.train.layers.DepthwiseConv2D;
import dev.quern.train.layers.Dropout;
import dev.quern.train.layers.Flatten;
import dev.quern.train.layers.MaxPooling2D;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows of layers that have to do with each other, against central differences in double. */
class RowGradientsTest {
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
        named("softmax at the end", Shape.flat(6), Dense.of(5).relu(), Dense.of(3).softmax()),
        named("softmax as a layer", IMAGE, Flatten.of(), Dense.of(3), Activation.softmax()),
        named("softmax twice", Shape.flat(6), Dense.of(4).softmax(), Activation.softmax()),
        named("one pixel", new Shape(1, 1, 3), Conv2D.of(2, 1, 1).relu(), Dense.of(2)));
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

  private static Arguments named(String name, Shape input, Layer... layers) {
    return Arguments.of(name, Sequential.of(input, layers));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"networks", "normalized"})
  void gradientsAreTheDifferencesOfTheLoss(String name, Network network) {
    GradientCheck.trained(network);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"networks", "normalized"})
  void evaluationAndPredictionSeeNoDropout(String name, Network network) {
    GradientCheck.evaluated(network);
  }
}
