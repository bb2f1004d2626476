package dev.quern.train;

import dev.quern.core.Stream;
import dev.quern.kernels.BiasAdd;
import java.util.List;

/**
 * Adds a weight of its own to every element. So the gradient by its weights is that by the input of
 * the layer behind, element for element, summed over the batch.
 */
public record Offset() implements Layer {
  @Override
  public String kind() {
    return "offset";
  }

  @Override
  public Shape output(Shape input) {
    return input;
  }

  @Override
  public List<WeightSpec> weights(Shape input) {
    return List.of(WeightSpec.bias(input.elements()));
  }

  @Override
  public BoundLayer bind(LayerContext context) {
    BiasAdd kernel = context.prepare(new BiasAdd.Spec(context.batch(), context.input().elements()));
    return new BoundLayer() {
      @Override
      public void forward(Stream stream) {
        kernel.forward(stream, context.x(), context.weights().get(0), context.y());
      }

      @Override
      public void backward(Stream stream) {
        if (context.trainsWeights()) {
          kernel.backward(stream, context.outputGradient(), context.gradients().get(0));
        }
        if (context.dx() != null) {
          stream.copy(context.outputGradient(), context.dx());
        }
      }
    };
  }
}
