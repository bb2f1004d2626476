package dev.quern.train.layers;

import dev.quern.core.Stream;
import dev.quern.kernels.AveragePool2d;
import dev.quern.train.BoundLayer;
import dev.quern.train.LayerContext;
import dev.quern.train.Shape;

/**
 * Average over windows of each channel, as in Keras: with {@code same} padding, of what of a window
 * lies inside of the image.
 *
 * <p>Input [height, width, channels], output [outHeight, outWidth, channels]; see {@link Window2D}
 * for the extents.
 *
 * @param window what slides over the input
 */
public record AveragePooling2D(Window2D window) implements Windowed<AveragePooling2D> {

  /** Windows side by side, with valid padding. */
  public static AveragePooling2D of(int poolHeight, int poolWidth) {
    return new AveragePooling2D(Window2D.of(poolHeight, poolWidth).strides(poolHeight, poolWidth));
  }

  @Override
  public AveragePooling2D window(Window2D window) {
    return new AveragePooling2D(window);
  }

  @Override
  public String kind() {
    return "average_pooling2d";
  }

  @Override
  public Shape output(Shape input) {
    AveragePool2d.Spec spec = spec(input, 1);
    return new Shape(spec.p(), spec.q(), input.channels());
  }

  private AveragePool2d.Spec spec(Shape input, int batch) {
    Window2D.Padding padding = window.padding(input);
    return AveragePool2d.builder()
        .input(batch, input.channels(), input.height(), input.width())
        .window(window.height(), window.width())
        .stride(window.strideHeight(), window.strideWidth())
        .padding(padding.top(), padding.left(), padding.bottom(), padding.right())
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
  public boolean keepsOutput(boolean reluPassedByNext) {
    return false;
  }

  @Override
  public BoundLayer bind(LayerContext context) {
    AveragePool2d kernel = context.prepare(spec(context.input(), context.batch()));
    return new BoundLayer() {
      @Override
      public void forward(Stream stream) {
        kernel.forward(stream, context.x(), context.y());
      }

      @Override
      public void backward(Stream stream) {
        if (context.dx() != null) {
          kernel.backward(stream, context.outputGradient(), context.dx());
        }
      }
    };
  }
}
