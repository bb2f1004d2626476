package dev.quern.train.layers;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.BiasAdd;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Precision;
import dev.quern.kernels.Sums;
import dev.quern.train.BoundLayer;
import dev.quern.train.LayerContext;
import dev.quern.train.Shape;
import dev.quern.train.WeightSpec;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Transposed convolution, as in Keras: what a convolution does to gradients, done to images, so
 * that strides make them larger.
 *
 * <p>Input [height, width, channels], output [outHeight, outWidth, filters]: with {@code valid}
 * padding (the default) {@code out = in * stride + max(size - stride, 0)}, with {@code same} {@code
 * out = in * stride}. The kernel is [height, width, filters, channels] and starts Glorot uniform.
 *
 * <p>Source: Zeiler et al., "Deconvolutional networks", CVPR 2010.
 *
 * @param filters output channels
 * @param window what slides over the output
 * @param hasBias whether a bias is added
 * @param activation function behind the sum
 */
public record Conv2DTranspose(int filters, Window2D window, boolean hasBias, Activation activation)
    implements Activated<Conv2DTranspose>, Windowed<Conv2DTranspose> {

  /** With stride 1, valid padding, a bias and no activation. */
  public static Conv2DTranspose of(int filters, int kernelHeight, int kernelWidth) {
    Window2D window = Window2D.of(kernelHeight, kernelWidth);
    return new Conv2DTranspose(filters, window, true, Activation.linear());
  }

  @Override
  public Conv2DTranspose window(Window2D window) {
    return new Conv2DTranspose(filters, window, hasBias, activation);
  }

  @Override
  public Conv2DTranspose activation(Activation activation) {
    return new Conv2DTranspose(filters, window, hasBias, activation);
  }

  /** Without a bias. */
  public Conv2DTranspose withoutBias() {
    return new Conv2DTranspose(filters, window, false, activation);
  }

  @Override
  public String kind() {
    return "conv2d_transpose";
  }

  @Override
  public Shape output(Shape input) {
    window.requireStrides();
    int beyondHeight = Math.max(window.extentHeight() - window.strideHeight(), 0);
    int beyondWidth = Math.max(window.extentWidth() - window.strideWidth(), 0);
    Shape output =
        new Shape(
            input.height() * window.strideHeight() + (window.same() ? 0 : beyondHeight),
            input.width() * window.strideWidth() + (window.same() ? 0 : beyondWidth),
            filters);
    convolution(input).spec(output, 1, Precision.FP32, Sums.TRAINING); // checks the rest
    return output;
  }

  /** The convolution that takes an output to what has the input's shape. */
  private Conv2D convolution(Shape input) {
    return new Conv2D(input.channels(), window, 1, false, Activation.linear());
  }

  @Override
  public List<WeightSpec> weights(Shape input) {
    WeightSpec kernel = convolution(input).weights(output(input)).get(0);
    return hasBias ? List.of(kernel, WeightSpec.bias(filters)) : List.of(kernel);
  }

  @Override
  public BoundLayer bind(LayerContext context) {
    return new Bound(this, context);
  }

  /** The kernels on their buffers; the convolution's input is the layer's output. */
  private static final class Bound implements BoundLayer {
    private final LayerContext context;
    private final Conv2d kernel;
    private final @Nullable BiasAdd bias;
    private final BoundActivation activation;
    private final Consumer<Stream> byWeights = this::runByWeights;

    Bound(Conv2DTranspose layer, LayerContext context) {
      this.context = context;
      Shape input = context.input();
      Shape output = layer.output(input);
      kernel =
          context.prepare(
              layer
                  .convolution(input)
                  .spec(output, context.batch(), context.precision(), Sums.TRAINING));
      long pixels = (long) context.batch() * output.height() * output.width();
      bias = layer.hasBias ? context.prepare(new BiasAdd.Spec(pixels, output.channels())) : null;
      activation = new BoundActivation(layer.activation, context, output.channels(), false);
    }

    @Override
    public void forward(Stream stream) {
      DeviceBuffer sum = activation.sum();
      kernel.backwardData(stream, context.x(), context.weights().get(0), sum);
      if (bias != null) {
        bias.forward(stream, sum, context.weights().get(1), sum);
      }
      activation.forward(stream);
    }

    @Override
    public void backward(Stream stream) {
      activation.backward(stream);
      if (context.trainsWeights()) {
        stream.beside(byWeights); // no layer before this one waits for them
      }
      if (context.dx() != null) {
        DeviceBuffer dy = context.outputGradient();
        kernel.forward(stream, dy, context.weights().get(0), null, context.dx());
      }
    }

    private void runByWeights(Stream stream) {
      DeviceBuffer dy = context.outputGradient();
      kernel.backwardFilter(stream, dy, context.x(), context.gradients().get(0));
      if (bias != null) {
        bias.backward(stream, dy, context.gradients().get(1));
      }
    }
  }
}
