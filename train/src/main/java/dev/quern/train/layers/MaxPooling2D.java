package dev.quern.train.layers;

import dev.quern.core.DataType;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.MaxPool2d;
import dev.quern.train.BoundLayer;
import dev.quern.train.LayerContext;
import dev.quern.train.Shape;

/**
 * Maximum over windows of each channel, as in Keras.
 *
 * <p>Input [height, width, channels], output [outHeight, outWidth, channels]; see {@link Window2D}
 * for the extents. Padding never wins. Behind a layer that ends in a ReLU the backward pass goes
 * through that ReLU as well, which costs a quarter here of what it costs there.
 *
 * @param window what slides over the input
 */
public record MaxPooling2D(Window2D window) implements Windowed<MaxPooling2D> {

  /** Windows side by side, with valid padding. */
  public static MaxPooling2D of(int poolHeight, int poolWidth) {
    return new MaxPooling2D(Window2D.of(poolHeight, poolWidth).strides(poolHeight, poolWidth));
  }

  @Override
  public MaxPooling2D window(Window2D window) {
    return new MaxPooling2D(window);
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
    Window2D.Padding padding = window.padding(input);
    return MaxPool2d.builder()
        .input(batch, input.channels(), input.height(), input.width())
        .window(window.height(), window.width())
        .stride(window.strideHeight(), window.strideWidth())
        .padding(padding.top(), padding.left(), padding.bottom(), padding.right())
        .reluInput(reluInput)
        .build();
  }

  @Override
  public boolean runsInSlices() {
    return true;
  }

  @Override
  public boolean keepsInput() {
    return false;
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
