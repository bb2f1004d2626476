package dev.quern.train;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Epilogue;
import dev.quern.kernels.Precision;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Convolution layer with bias, as in Keras: {@code y = activation(conv(x, kernel) + bias)}.
 *
 * <p>Input [height, width, channels], output [outHeight, outWidth, filters]. With {@code valid}
 * padding (the default) {@code out = floor((in - dilation * (size - 1) - 1) / stride) + 1}, with
 * {@code same} {@code out = ceil(in / stride)}, the padding split evenly and the odd pixel going
 * below and to the right. The kernel is [height, width, channels / groups, filters] and starts
 * Glorot uniform.
 *
 * @param filters output channels
 * @param kernelHeight filter height in pixels
 * @param kernelWidth filter width in pixels
 * @param strideHeight distance between windows along the height
 * @param strideWidth distance between windows along the width
 * @param dilationHeight distance between taps along the height, 1 is dense
 * @param dilationWidth distance between taps along the width, 1 is dense
 * @param groups independent groups of channels
 * @param same whether the input is padded so that only strides shrink it
 * @param endsInRelu whether the activation is a ReLU rather than none
 */
public record Conv2D(
    int filters,
    int kernelHeight,
    int kernelWidth,
    int strideHeight,
    int strideWidth,
    int dilationHeight,
    int dilationWidth,
    int groups,
    boolean same,
    boolean endsInRelu)
    implements Layer {

  /** A dense convolution with stride 1, valid padding and no activation. */
  public static Conv2D of(int filters, int kernelHeight, int kernelWidth) {
    return new Conv2D(filters, kernelHeight, kernelWidth, 1, 1, 1, 1, 1, false, false);
  }

  /** With a ReLU behind. */
  public Conv2D relu() {
    return new Conv2D(
        filters,
        kernelHeight,
        kernelWidth,
        strideHeight,
        strideWidth,
        dilationHeight,
        dilationWidth,
        groups,
        same,
        true);
  }

  /** With these distances between windows. */
  public Conv2D strides(int height, int width) {
    return new Conv2D(
        filters,
        kernelHeight,
        kernelWidth,
        height,
        width,
        dilationHeight,
        dilationWidth,
        groups,
        same,
        endsInRelu);
  }

  /** With these distances between taps. */
  public Conv2D dilation(int height, int width) {
    return new Conv2D(
        filters,
        kernelHeight,
        kernelWidth,
        strideHeight,
        strideWidth,
        height,
        width,
        groups,
        same,
        endsInRelu);
  }

  /** With independent groups of channels. */
  public Conv2D inGroups(int count) {
    return new Conv2D(
        filters,
        kernelHeight,
        kernelWidth,
        strideHeight,
        strideWidth,
        dilationHeight,
        dilationWidth,
        count,
        same,
        endsInRelu);
  }

  /** With the input padded so that only strides shrink it. */
  public Conv2D samePadding() {
    return new Conv2D(
        filters,
        kernelHeight,
        kernelWidth,
        strideHeight,
        strideWidth,
        dilationHeight,
        dilationWidth,
        groups,
        true,
        endsInRelu);
  }

  @Override
  public String kind() {
    return "conv2d";
  }

  @Override
  public Shape output(Shape input) {
    Conv2d.Spec spec = spec(input, 1, Precision.FP32);
    return new Shape(spec.p(), spec.q(), filters);
  }

  private Conv2d.Spec spec(Shape input, int batch, Precision precision) {
    if (strideHeight < 1 || strideWidth < 1) {
      throw new SpecException(
          "conv2d: strides must be at least 1, but are %d and %d"
              .formatted(strideHeight, strideWidth));
    }
    int padH = same ? padding(input.height(), kernelHeight, strideHeight, dilationHeight) : 0;
    int padW = same ? padding(input.width(), kernelWidth, strideWidth, dilationWidth) : 0;
    return Conv2d.builder()
        .input(batch, input.channels(), input.height(), input.width())
        .filters(filters, kernelHeight, kernelWidth)
        .stride(strideHeight, strideWidth)
        .dilation(dilationHeight, dilationWidth)
        .padding(padH / 2, padW / 2, padH - padH / 2, padW - padW / 2)
        .groups(groups)
        .epilogue(Epilogue.of(true, endsInRelu))
        .precision(precision)
        .build();
  }

  private static int padding(int size, int kernel, int stride, int dilation) {
    int outputs = (size + stride - 1) / stride;
    return Math.max(0, (outputs - 1) * stride + (kernel - 1) * dilation + 1 - size);
  }

  @Override
  public List<WeightSpec> weights(Shape input) {
    int channels = input.channels() / groups;
    int taps = kernelHeight * kernelWidth;
    return List.of(
        new WeightSpec(
            "kernel",
            List.of(kernelHeight, kernelWidth, channels, filters),
            taps * channels,
            taps * filters,
            Initializer.GLOROT_UNIFORM,
            transposed(taps * channels, filters),
            transposed(filters, taps * channels),
            true),
        WeightSpec.bias(filters));
  }

  /** Keras keeps [h, w, c, k], the device [k, h, w, c]: the transpose of a matrix. */
  private static UnaryOperator<float[]> transposed(int rows, int columns) {
    return values -> {
      float[] turned = new float[values.length];
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
          turned[j * rows + i] = values[i * columns + j];
        }
      }
      return turned;
    };
  }

  @Override
  public BoundLayer bind(LayerContext context) {
    return new Bound(this, context);
  }

  /** The layer's kernel on its buffers. */
  private static final class Bound implements BoundLayer {
    private final LayerContext context;
    private final Conv2d kernel;
    private final boolean throughRelu;
    private final Consumer<Stream> byWeights = this::runByWeights;

    Bound(Conv2D layer, LayerContext context) {
      this.context = context;
      kernel = context.prepare(layer.spec(context.input(), context.batch(), context.precision()));
      throughRelu = layer.endsInRelu && !context.reluPassedByNext();
    }

    @Override
    public void forward(Stream stream) {
      DeviceBuffer bias = context.weights().get(1);
      kernel.forward(stream, context.x(), context.weights().get(0), bias, context.y());
    }

    @Override
    public void backward(Stream stream) {
      DeviceBuffer dy = context.outputGradient();
      if (throughRelu) {
        kernel.backwardEpilogue(stream, context.y(), dy, dy);
      }
      if (context.trainsWeights()) {
        stream.beside(byWeights); // no layer before this one waits for them
      }
      if (context.dx() != null) {
        kernel.backwardData(stream, dy, context.weights().get(0), context.dx());
      }
    }

    private void runByWeights(Stream stream) {
      DeviceBuffer dy = context.outputGradient();
      kernel.backwardFilter(stream, context.x(), dy, context.gradients().get(0));
      kernel.backwardBias(stream, dy, context.gradients().get(1));
    }
  }
}
