package dev.quern.train.layers;

import dev.quern.core.SpecException;
import dev.quern.train.Shape;
import dev.quern.train.WeightSpec;
import java.util.List;

/**
 * Convolution of each channel with filters of its own, as in Keras.
 *
 * <p>Input [height, width, channels], output [outHeight, outWidth, channels * depthMultiplier],
 * those of an input channel side by side. The kernel is [height, width, channels, depthMultiplier].
 * It is a {@link Conv2D} of as many groups as channels.
 *
 * @param window what slides over the input
 * @param depthMultiplier output channels of an input channel
 * @param hasBias whether a bias is added
 * @param activation function behind the sum
 */
public record DepthwiseConv2D(
    Window2D window, int depthMultiplier, boolean hasBias, Activation activation)
    implements Activated<DepthwiseConv2D>, Windowed<DepthwiseConv2D>, Alias {

  /** One filter a channel, with stride 1, valid padding, a bias and no activation. */
  public static DepthwiseConv2D of(int kernelHeight, int kernelWidth) {
    Window2D window = Window2D.of(kernelHeight, kernelWidth);
    return new DepthwiseConv2D(window, 1, true, Activation.linear());
  }

  @Override
  public DepthwiseConv2D window(Window2D window) {
    return new DepthwiseConv2D(window, depthMultiplier, hasBias, activation);
  }

  @Override
  public DepthwiseConv2D activation(Activation activation) {
    return new DepthwiseConv2D(window, depthMultiplier, hasBias, activation);
  }

  /** With these distances between taps. */
  public DepthwiseConv2D dilation(int height, int width) {
    return window(window.dilation(height, width));
  }

  /** With so many output channels of each input channel. */
  public DepthwiseConv2D depthMultiplier(int multiplier) {
    return new DepthwiseConv2D(window, multiplier, hasBias, activation);
  }

  /** Without a bias. */
  public DepthwiseConv2D withoutBias() {
    return new DepthwiseConv2D(window, depthMultiplier, false, activation);
  }

  @Override
  public String kind() {
    return "depthwise_conv2d";
  }

  @Override
  public Conv2D target(Shape input) {
    if (depthMultiplier < 1) {
      throw new SpecException("depth multiplier must be at least 1, but is " + depthMultiplier);
    }
    int filters = input.channels() * depthMultiplier;
    return new Conv2D(filters, window, input.channels(), hasBias, activation);
  }

  @Override
  public List<WeightSpec> weights(Shape input) {
    List<Integer> shape =
        List.of(window.height(), window.width(), input.channels(), depthMultiplier);
    WeightSpec kernel = Filters.of(shape, input.channels() * depthMultiplier);
    int filters = input.channels() * depthMultiplier;
    return hasBias ? List.of(kernel, WeightSpec.bias(filters)) : List.of(kernel);
  }

  @Override
  public long savedElements(Shape input, int batch) {
    return Alias.super.savedElements(input, batch);
  }
}
