package dev.quern.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.core.ComputeException;
import dev.quern.train.layers.Activation;
import dev.quern.train.layers.Augmentation;
import dev.quern.train.layers.AveragePooling1D;
import dev.quern.train.layers.AveragePooling2D;
import dev.quern.train.layers.BatchNormalization;
import dev.quern.train.layers.Conv1D;
import dev.quern.train.layers.Conv2D;
import dev.quern.train.layers.Conv2DTranspose;
import dev.quern.train.layers.Dense;
import dev.quern.train.layers.DepthwiseConv2D;
import dev.quern.train.layers.Dropout;
import dev.quern.train.layers.Flatten;
import dev.quern.train.layers.GlobalAveragePooling2D;
import dev.quern.train.layers.MaxPooling1D;
import dev.quern.train.layers.MaxPooling2D;
import dev.quern.train.layers.Reshape;
import dev.quern.train.layers.UpSampling2D;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Layers that fit together, and what is said of those that do not. */
class SequentialTest {
  private static final Shape DIGIT = new Shape(28, 28, 1);

  private static Network mnist() {
    return Sequential.of(
        DIGIT,
        Conv2D.of(32, 3, 3).relu(),
        MaxPooling2D.of(2, 2),
        Conv2D.of(64, 3, 3).relu(),
        MaxPooling2D.of(2, 2),
        Flatten.of(),
        Dense.of(128).relu(),
        Dense.of(10));
  }

  private static WeightSpec weight(String name) {
    return Objects.requireNonNull(mnist().weightSpecs().get(name));
  }

  @Test
  void shapesAndNamesAreKerass() {
    assertThat(mnist().entries())
        .extracting(e -> e.name() + " " + e.output())
        .containsExactly(
            "conv2d (26, 26, 32)",
            "max_pooling2d (13, 13, 32)",
            "conv2d_1 (11, 11, 64)",
            "max_pooling2d_1 (5, 5, 64)",
            "flatten (1600)",
            "dense (128)",
            "dense_1 (10)");
    assertThat(mnist().weightSpecs().keySet())
        .containsExactly(
            "conv2d/kernel",
            "conv2d/bias",
            "conv2d_1/kernel",
            "conv2d_1/bias",
            "dense/kernel",
            "dense/bias",
            "dense_1/kernel",
            "dense_1/bias");
    assertThat(weight("conv2d_1/kernel").shape()).containsExactly(3, 3, 32, 64);
    assertThat(weight("dense/kernel").shape()).containsExactly(1600, 128);
  }

  @Test
  void theSummaryCountsTheParameters() {
    assertThat(mnist().summary())
        .contains("conv2d (Conv2D)", "(26, 26, 32)", "320", "18,496", "204,928", "1,290")
        .contains("Total params: 225,034");
  }

  @Test
  void longNamesKeepTheColumnsInLine() {
    String summary =
        Sequential.of(DIGIT, BatchNormalization.of(), GlobalAveragePooling2D.of(), Dense.of(3))
            .summary();
    String[] lines = summary.split("\n");
    assertThat(lines).hasSize(9);
    assertThat(lines)
        .filteredOn(line -> !line.contains(":"))
        .extracting(String::length)
        .containsOnly(lines[1].length());
    assertThat(lines[0].indexOf("Output shape")).isEqualTo(lines[2].indexOf("(28, 28, 1)"));
    assertThat(lines[0].indexOf("Output shape")).isEqualTo(lines[4].indexOf("(3)"));
  }

  static Stream<Arguments> shapes() {
    return Stream.of(
        shape(Conv2D.of(4, 3, 3).strides(2, 3), "(13, 9, 4)"),
        shape(Conv2D.of(4, 3, 3).samePadding(), "(28, 28, 4)"),
        shape(Conv2D.of(4, 4, 5).samePadding().strides(3, 4), "(10, 7, 4)"),
        shape(Conv2D.of(4, 3, 3).dilation(5, 2), "(18, 24, 4)"),
        shape(MaxPooling2D.of(3, 5), "(9, 5, 1)"),
        shape(MaxPooling2D.of(3, 3).strides(2, 1), "(13, 26, 1)"),
        shape(MaxPooling2D.of(3, 3).strides(2, 2).samePadding(), "(14, 14, 1)"),
        shape(AveragePooling2D.of(3, 5), "(9, 5, 1)"),
        shape(AveragePooling2D.of(2, 2).strides(3, 1).samePadding(), "(10, 28, 1)"),
        shape(GlobalAveragePooling2D.of(), "(1)"),
        shape(DepthwiseConv2D.of(3, 4).depthMultiplier(5), "(26, 25, 5)"),
        shape(Conv2DTranspose.of(4, 3, 3).strides(2, 1), "(57, 30, 4)"),
        shape(Conv2DTranspose.of(4, 3, 3).strides(2, 1).samePadding(), "(56, 28, 4)"),
        shape(Conv2DTranspose.of(4, 2, 1).strides(3, 4), "(84, 112, 4)"),
        shape(UpSampling2D.of(2, 3), "(56, 84, 1)"),
        shape(Reshape.of(7, -1, 4), "(7, 28, 4)"),
        shape(Reshape.of(1, 1, -1), "(784)"),
        shape(Augmentation.of().crop(3), "(28, 28, 1)"),
        shape(BatchNormalization.of(), "(28, 28, 1)"),
        shape(Activation.gelu(), "(28, 28, 1)"),
        shape(Dropout.of(0.5), "(28, 28, 1)"),
        shape(Flatten.of(), "(784)"));
  }

  static Stream<Arguments> weightShapes() {
    Shape steps = new Shape(1, 9, 4);
    Shape image = new Shape(9, 9, 4);
    BatchNormalization norm = BatchNormalization.of();
    return Stream.of(
        Arguments.of(Conv1D.of(6, 3), steps, "[kernel [3, 4, 6], bias [6]]"),
        Arguments.of(Conv1D.of(6, 3).inGroups(2).withoutBias(), steps, "[kernel [3, 2, 6]]"),
        Arguments.of(Conv2D.of(6, 3, 2).withoutBias(), image, "[kernel [3, 2, 4, 6]]"),
        Arguments.of(Conv2D.of(6, 3, 2).inGroups(2), image, "[kernel [3, 2, 2, 6], bias [6]]"),
        Arguments.of(
            DepthwiseConv2D.of(3, 2).depthMultiplier(5), image, "[kernel [3, 2, 4, 5], bias [20]]"),
        Arguments.of(Conv2DTranspose.of(6, 3, 2), image, "[kernel [3, 2, 6, 4], bias [6]]"),
        Arguments.of(Dense.of(3).withoutBias(), Shape.flat(7), "[kernel [7, 3]]"),
        Arguments.of(norm, image, "[gamma [4], beta [4], moving_mean [4], moving_variance [4]]"));
  }

  @ParameterizedTest
  @MethodSource("weightShapes")
  void weightsHaveKerassNamesAndShapes(Layer layer, Shape input, String expected) {
    assertThat(layer.weights(input).stream().map(w -> w.name() + " " + w.shape()).toList())
        .hasToString(expected);
  }

  private static Arguments shape(Layer layer, String expected) {
    return Arguments.of(layer, expected);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void aLayerKnowsItsOutput(Layer layer, String expected) {
    assertThat(layer.output(DIGIT)).hasToString(expected);
  }

  static Stream<Arguments> misfits() {
    Conv2D conv = Conv2D.of(8, 3, 3);
    return Stream.of(
        misfit("dense", DIGIT, "(28, 28, 1)", "Flatten", Dense.of(10)),
        misfit("conv2d_1", new Shape(4, 4, 1), "spans a height of 3", "has 2 there", conv, conv),
        misfit(
            "max_pooling2d",
            new Shape(3, 3, 1),
            "spans a height of 4",
            "window=4",
            MaxPooling2D.of(4, 1)),
        misfit(
            "conv2d",
            DIGIT,
            "groups must divide channels and filters",
            "groups=2 channels=1 filters=8",
            conv.inGroups(2)),
        misfit("conv2d", DIGIT, "groups must be at least 1", "0", conv.inGroups(0)),
        misfit("conv2d", DIGIT, "stride", "0", conv.strides(0, 1)),
        misfit("conv2d", DIGIT, "stride", "-1", conv.samePadding().strides(1, -1)),
        misfit("conv2d", DIGIT, "dilation", "0", conv.dilation(0, 1)),
        misfit("conv2d", DIGIT, "filters must be at least 1", "0", Conv2D.of(0, 3, 3)),
        misfit("conv2d", DIGIT, "window must be at least 1 x 1", "0 x 3", Conv2D.of(1, 0, 3)),
        misfit("max_pooling2d", DIGIT, "window must be", "0 x 2", MaxPooling2D.of(0, 2)),
        misfit("conv1d", DIGIT, "conv1d expects (1, steps, channels)", "28", Conv1D.of(2, 3)),
        misfit("max_pooling1d", DIGIT, "expects (1, steps", "28", MaxPooling1D.of(2)),
        misfit("average_pooling1d", DIGIT, "expects (1, steps", "28", AveragePooling1D.of(2)),
        misfit(
            "depthwise_conv2d",
            DIGIT,
            "depth multiplier must be at least 1",
            "0",
            DepthwiseConv2D.of(1, 1).depthMultiplier(0)),
        misfit(
            "conv2d_transpose", DIGIT, "strides", "0", Conv2DTranspose.of(1, 2, 2).strides(1, 0)),
        misfit("conv2d_transpose", DIGIT, "c must be at least 1", "0", Conv2DTranspose.of(0, 2, 2)),
        misfit("up_sampling2d", DIGIT, "factors must be at least 1", "-1", UpSampling2D.of(2, -1)),
        misfit("reshape", DIGIT, "must keep all elements", "(5, -1, 1)", Reshape.of(5, -1, 1)),
        misfit("reshape", DIGIT, "must keep all elements", "784", Reshape.of(28, 14, 1)),
        misfit("reshape", DIGIT, "must keep all elements", "784", Reshape.of(-1, -1, 1)),
        misfit(
            "batch_normalization",
            DIGIT,
            "epsilon must be more than 0",
            "0.0",
            BatchNormalization.of().epsilon(0)),
        misfit("augmentation", DIGIT, "zoom must be", "1.5", Augmentation.of().zoom(1.5)),
        misfit("dense", Shape.flat(3), "units must be at least 1", "-2", Dense.of(-2)),
        misfit("dropout", DIGIT, "rate must be at least 0 and less than 1", "1.0", Dropout.of(1)),
        misfit(
            "dropout", DIGIT, "rate must be at least 0 and less than 1", "-0.1", Dropout.of(-0.1)));
  }

  private static Arguments misfit(
      String name, Shape input, String rule, String number, Layer... layers) {
    return Arguments.of(name, input, layers, new String[] {name, rule, number});
  }

  @ParameterizedTest(name = "{0}: {3}")
  @MethodSource("misfits")
  void aMisfitNamesLayerRuleAndNumbers(String name, Shape input, Layer[] layers, String[] parts) {
    assertThatThrownBy(() -> Sequential.of(input, layers))
        .isInstanceOf(ComputeException.class)
        .hasMessageContainingAll(parts)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
  }

  @Test
  void alphasAreCheckedAtOnce() {
    assertThatThrownBy(() -> Activation.leakyRelu(-1))
        .isInstanceOf(ComputeException.class)
        .hasMessageContaining("alpha of leaky-relu must be finite and more than 0, but is -1.0");
    assertThatThrownBy(() -> new Activation(Activation.Function.RELU, 1))
        .isInstanceOf(ComputeException.class)
        .hasMessageContaining("RELU has no alpha, but gets 1.0");
  }

  @Test
  void elementsMustBeCountable() {
    assertThatThrownBy(() -> Sequential.of(new Shape(70_000, 70_000, 1), Flatten.of(), Dense.of(2)))
        .isInstanceOf(ComputeException.class)
        .hasMessageContainingAll("2^31", "70000 x 70000 x 1");
  }

  @Test
  void aNetworkNeedsLayersAndAPositiveInput() {
    assertThatThrownBy(() -> Sequential.of(DIGIT)).hasMessageContaining("at least one layer");
    assertThatThrownBy(() -> Sequential.of(new Shape(0, 28, 1), Flatten.of()))
        .hasMessageContaining("(0, 28, 1)");
  }
}
