package dev.quern.train.layers;

import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import dev.quern.kernels.AveragePool2d;
import dev.quern.train.BoundLayer;
import dev.quern.train.Layer;
import dev.quern.train.LayerContext;
import dev.quern.train.Shape;

/**
 * Repeats each pixel, as in Keras with interpolation {@code nearest}: [height, width, channels]
 * becomes [height * times, width * times, channels].
 *
 * @param height how many times a row comes
 * @param width how many times a column comes
 */
public record UpSampling2D(int height, int width) implements Layer {

  /** The layer. */
  public static UpSampling2D of(int height, int width) {
    return new UpSampling2D(height, width);
  }

  @Override
  public String kind() {
    return "up_sampling2d";
  }

  @Override
  public Shape output(Shape input) {
    if (height < 1 || width < 1) {
      throw new SpecException(
          "up-sampling factors must be at least 1, but are %d and %d".formatted(height, width));
    }
    return new Shape(input.height() * height, input.width() * width, input.channels());
  }

  /** What goes the other way: it adds up the pixels that one became. */
  private AveragePool2d.Spec sum(Shape input, int batch) {
    Shape output = output(input);
    return AveragePool2d.builder()
        .input(batch, output.channels(), output.height(), output.width())
        .window(height, width)
        .divisor(AveragePool2d.Divisor.SUM)
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
    AveragePool2d sum = context.prepare(sum(context.input(), context.batch()));
    return new BoundLayer() {
      @Override
      public void forward(Stream stream) {
        sum.backward(stream, context.x(), context.y());
      }

      @Override
      public void backward(Stream stream) {
        if (context.dx() != null) {
          sum.forward(stream, context.outputGradient(), context.dx());
        }
      }
    };
  }
}
