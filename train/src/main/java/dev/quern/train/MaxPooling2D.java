package dev.quern.train;

import dev.quern.core.DataType;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.MaxPool2d;

/**
 * Maximum over windows of each channel, as in Keras with valid padding.
 *
 * <p>Input [height, width, channels], output [floor((height - poolHeight) / strideHeight) + 1, ...,
 * channels]. Behind a layer that ends in a ReLU the backward pass goes through that ReLU as well,
 * which costs a quarter here of what it costs there.
 *
 * @param poolHeight window height in pixels
 * @param poolWidth window width in pixels
 * @param strideHeight distance between windows along the height
 * @param strideWidth distance between windows along the width
 */
public record MaxPooling2D(int poolHeight, int poolWidth, int strideHeight, int strideWidth)
    implements Layer {

  /** Windows side by side. */
  public static MaxPooling2D of(int poolHeight, int poolWidth) {
    return new MaxPooling2D(poolHeight, poolWidth, poolHeight, poolWidth);
  }

  /** With these distances between windows. */
  public MaxPooling2D strides(int height, int width) {
    return new MaxPooling2D(poolHeight, poolWidth, height, width);
  }

  @Override
  public String kind() {
    return "max_pooling2d";
  }

  @Override
  public Shape output(Shape input) {
    MaxPool2d.Spec spec = spec(input, 1, false);
    return new Shape(spec.p(), spec.q(), input.channels());
  }

  @Override
  public long savedElements(Shape input, int batch) {
    return (long) batch * output(input).elements();
  }

  @Override
  public boolean passesReluOfInput() {
    return true;
  }

  private MaxPool2d.Spec spec(Shape input, int batch, boolean reluInput) {
    return MaxPool2d.builder()
        .input(batch, input.channels(), input.height(), input.width())
        .window(poolHeight, poolWidth)
        .stride(strideHeight, strideWidth)
        .reluInput(reluInput)
        .build();
  }

  @Override
  public BoundLayer bind(LayerContext context) {
    MaxPool2d kernel =
        context.prepare(spec(context.input(), context.batch(), context.followsRelu()));
    DeviceBuffer argmax =
        context.dx() != null ? context.save(DataType.INT32, kernel.spec().outputs()) : null;
    return new BoundLayer() {
      @Override
      public void forward(Stream stream) {
        kernel.forward(stream, context.x(), context.y(), argmax);
      }

      @Override
      public void backward(Stream stream) {
        if (context.dx() != null && argmax != null) {
          kernel.backward(stream, context.y(), argmax, context.outputGradient(), context.dx());
        }
      }
    };
  }
}
