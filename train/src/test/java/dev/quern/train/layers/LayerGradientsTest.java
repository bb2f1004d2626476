package dev.quern.train.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.core.Device;
import dev.quern.core.SpecException;
import dev.quern.train.Cpu;
import dev.quern.train.Fit;
import dev.quern.train.GradientCheck;
import dev.quern.train.Layer;
import dev.quern.train.Model;
import dev.quern.train.Network;
import dev.quern.train.Offset;
import dev.quern.train.Rows;
import dev.quern.train.Sequential;
import dev.quern.train.Shape;
import dev.quern.train.data.DataSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every layer, between others, against central differences in double. */
class LayerGradientsTest {
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

  static Stream<Arguments> augmentations() {
    return Stream.of(
        augmented(Augmentation.of().crop(2).flip(true, false).cutout(0.4)),
        augmented(Augmentation.of().shift(0.2, 0.1).rotation(0.1).zoom(0.3).brightness(0.2)),
        augmented(Augmentation.of().flip(false, true).shift(0.5, 0.5).fill(0.7)));
  }

  private static Arguments augmented(Augmentation layer) {
    return named(layer.toString(), IMAGE, layer, Conv2D.of(3, 3, 3), Flatten.of(), Dense.of(3));
  }

  private static Arguments named(String name, Shape input, Layer... layers) {
    return Arguments.of(name, Sequential.of(input, layers));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"layers", "augmentations"})
  void gradientsAreTheDifferencesOfTheLoss(String name, Network network) {
    GradientCheck.trained(network);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"layers", "augmentations"})
  void evaluationAndPredictionSeeNoDropout(String name, Network network) {
    GradientCheck.evaluated(network);
  }

  /** It has no gradient, so it must not stand behind anything that wants one. */
  @Test
  void augmentationBelongsToTheHead() {
    Network network =
        Sequential.of(
            IMAGE, Conv2D.of(2, 3, 3), Augmentation.of().crop(1), Flatten.of(), Dense.of(3));
    try (Device device = Cpu.open();
        Model model = GradientCheck.compile(network, device);
        Model frozen = GradientCheck.compile(network.frozen("conv2d"), device)) {
      DataSet rows = Rows.random(network, 5, 13);
      assertThatThrownBy(() -> model.fit(rows, Fit.epochs(1).batch(5)))
          .isInstanceOf(SpecException.class)
          .hasMessageContaining("augmentation has no gradient and belongs in front");
      assertThat(frozen.fit(rows, Fit.epochs(1).batch(5)).epochs()).hasSize(1);
    }
  }
}
