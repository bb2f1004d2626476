package com.example;

import dev.quern.core.Stream;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Precision;
import dev.quern.train.BoundLayer;
import dev.quern.train.Initializer;
import dev.quern.train.Layer;
import dev.quern.train.LayerContext;
import dev.quern.train.Shape;
import dev.quern.train.WeightSpec;
import java.util.List;

/**
 * A layer of somebody's own: multiplies each channel by a factor, which is a convolution of one
 * pixel in as many groups as channels.
 *
 * @param trained whether training moves the factors
 */
record Scale(boolean trained) implements Layer {
  @Override
  public String kind() {
    return "scale";
  }

  @Override
  public Shape output(Shape input) {
    return input;
  }

  @Override
  public List<WeightSpec> weights(Shape input) {
    WeightSpec factors =
        WeightSpec.inOrder("factors", List.of(input.channels()), 1, 1, Initializer.ONES);
    return List.of(trained ? factors : factors.fixed());
  }

  private static Conv2d.Spec spec(Shape input, int batch, Precision precision) {
    return Conv2d.builder()
        .input(batch, input.channels(), input.height(), input.width())
        .filters(input.channels(), 1, 1)
        .groups(input.channels())
        .precision(precision)
        .build();
  }

  @Override
  public BoundLayer bind(LayerContext context) {
    Conv2d product = context.prepare(spec(context.input(), context.batch(), context.precision()));
    return new BoundLayer() {
      @Override
      public void forward(Stream stream) {
        product.forward(stream, context.x(), context.weights().get(0), null, context.y());
      }

      @Override
      public void backward(Stream stream) {
        if (context.trainsWeights()) {
          product.backwardFilter(
              stream, context.x(), context.outputGradient(), context.gradients().get(0));
        }
        if (context.dx() != null) {
          product.backwardData(
              stream, context.outputGradient(), context.weights().get(0), context.dx());
        }
      }
    };
  }
}
