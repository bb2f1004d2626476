package dev.quern.train.layers;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.train.BoundLayer;
import dev.quern.train.Layer;
import dev.quern.train.LayerContext;
import dev.quern.train.Shape;

/**
 * Sets a share of the elements to 0 in training and scales the others up; does nothing in
 * evaluation. The mask changes with every step and comes from the model's seed.
 *
 * @param rate share of elements set to 0, at least 0 and less than 1
 */
public record Dropout(float rate) implements Layer {

  /** The layer. */
  public static Dropout of(double rate) {
    return new Dropout((float) rate);
  }

  @Override
  public String kind() {
    return "dropout";
  }

  @Override
  public Shape output(Shape input) {
    new dev.quern.kernels.Dropout.Spec(input.elements(), rate, 0);
    return input;
  }

  @Override
  public boolean goesBackInPlace() {
    return true;
  }

  @Override
  public BoundLayer bind(LayerContext context) {
    long count = (long) context.batch() * context.input().elements();
    if (!context.training()) {
      return BoundLayer.copying(context);
    }
    dev.quern.kernels.Dropout kernel =
        context.prepare(new dev.quern.kernels.Dropout.Spec(count, rate, context.seed()));
    return new BoundLayer() {
      @Override
      public void forward(Stream stream) {
        kernel.forward(stream, context.x(), context.step(), context.y());
      }

      @Override
      public void backward(Stream stream) {
        DeviceBuffer dx = context.dx();
        if (dx != null) {
          kernel.backward(stream, context.outputGradient(), context.step(), dx);
        }
      }
    };
  }
}
