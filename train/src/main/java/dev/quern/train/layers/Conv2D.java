package dev.quern.train.layers;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Epilogue;
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
 * Convolution layer, as in Keras: {@code y = activation(conv(x, kernel) + bias)}.
 *
 * <p>Input [height, width, channels], output [outHeight, outWidth, filters]; see {@link Window2D}
 * for the extents. The kernel is [height, width, channels / groups, filters] and starts Glorot
 * uniform, the bias [filters] and starts at 0. A ReLU costs nothing, any other activation a pass
 * over the output.
 *
 * @param filters output channels
 * @param window what slides over the input
 * @param groups independent groups of channels
 * @param hasBias whether a bias is added
 * @param activation function behind the sum
 */
public record Conv2D(
    int filters, Window2D window, int groups, boolean hasBias, Activation activation)
    implements Activated<Conv2D>, Windowed<Conv2D> {

  /** A dense convolution with stride 1, valid padding, a bias and no activation. */
  public static Conv2D of(int filters, int kernelHeight, int kernelWidth) {
    Window2D window = Window2D.of(kernelHeight, kernelWidth);
    return new Conv2D(filters, window, 1, true, Activation.linear());
  }

  @Override
  public Conv2D window(Window2D window) {
    return new Conv2D(filters, window, groups, hasBias, activation);
  }

  @Override
  public Conv2D activation(Activation activation) {
    return new Conv2D(filters, window, groups, hasBias, activation);
  }

  /** With these distances between taps. */
  public Conv2D dilation(int height, int width) {
    return window(window.dilation(height, width));
  }

  /** With independent groups of channels. */
  public Conv2D inGroups(int count) {
    return new Conv2D(filters, window, count, hasBias, activation);
  }

  /** Without a bias, which a batch normalization behind makes useless. */
  public Conv2D withoutBias() {
    return new Conv2D(filters, window, groups, false, activation);
  }

  @Override
  public String kind() {
    return "conv2d";
  }

  @Override
  public Shape output(Shape input) {
    requireFilters(input.channels());
    Conv2d.Spec spec = spec(input, 1, Precision.FP32, Sums.TRAINING);
    return new Shape(spec.p(), spec.q(), filters);
  }

  /** Says it in the words of layers: the kernel's are other ones. */
  private void requireFilters(int channels) {
    if (filters < 1) {
      throw new SpecException("conv2d: filters must be at least 1, but is " + filters);
    }
    if (groups > 0 && (channels % groups != 0 || filters % groups != 0)) {
      throw new SpecException(
          "conv2d: groups must divide channels and filters, but groups=%d channels=%d filters=%d"
              .formatted(groups, channels, filters));
    }
  }

  @Override
  public boolean runsInSlices() {
    return true;
  }

  @Override
  public boolean keepsOutput(boolean reluPassedByNext) {
    return !activation.isLinear() && !reluPassedByNext;
  }

  /** The kernel's problem. */
  Conv2d.Spec spec(Shape input, int batch, Precision precision, Sums sums) {
    Window2D.Padding padding = window.padding(input);
    return Conv2d.builder()
        .input(batch, input.channels(), input.height(), input.width())
        .filters(filters, window.height(), window.width())
        .stride(window.strideHeight(), window.strideWidth())
        .dilation(window.dilationHeight(), window.dilationWidth())
        .padding(padding.top(), padding.left(), padding.bottom(), padding.right())
        .groups(groups)
        .epilogue(Epilogue.of(hasBias, activation.isRelu()))
        .precision(precision)
        .sums(sums)
        .build();
  }

  @Override
  public List<WeightSpec> weights(Shape input) {
    List<Integer> shape =
        List.of(window.height(), window.width(), input.channels() / groups, filters);
    WeightSpec kernel = Filters.of(shape, filters);
    return hasBias ? List.of(kernel, WeightSpec.bias(filters)) : List.of(kernel);
  }

  @Override
  public BoundLayer bind(LayerContext context) {
    return new Bound(this, context);
  }

  /** The layer's kernel on its buffers. */
  private static final class Bound implements BoundLayer {
    private final LayerContext context;
    private final Conv2d kernel;
    private final BoundActivation activation;
    private final DeviceBuffer weights;
    private final @Nullable DeviceBuffer bias;
    private final Consumer<Stream> byWeights = this::runByWeights;

    Bound(Conv2D layer, LayerContext context) {
      this.context = context;
      Sums sums = context.dy() == null ? Sums.INFERENCE : Sums.TRAINING;
      kernel =
          context.prepare(layer.spec(context.input(), context.batch(), context.precision(), sums));
      activation = new BoundActivation(layer.activation, context, layer.filters, true);
      weights = context.weights().get(0);
      bias = layer.hasBias ? context.weights().get(1) : null;
    }

    @Override
    public void forward(Stream stream) {
      kernel.forward(stream, context.x(), weights, bias, activation.sum());
      activation.forward(stream);
    }

    @Override
    public void backward(Stream stream) {
      activation.backward(stream);
      if (context.trainsWeights()) {
        stream.beside(byWeights); // no layer before this one waits for them
      }
      if (context.dx() != null) {
        kernel.backwardData(stream, context.outputGradient(), weights, context.dx());
      }
    }

    private void runByWeights(Stream stream) {
      DeviceBuffer dy = context.outputGradient();
      kernel.backwardFilter(stream, context.x(), dy, context.gradients().get(0));
      if (bias != null) {
        kernel.backwardBias(stream, dy, context.gradients().get(1));
      }
    }
  }
}
