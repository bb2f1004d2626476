package dev.quern.train.layers;

import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import dev.quern.train.BoundLayer;
import dev.quern.train.LayerContext;
import dev.quern.train.Merge;
import dev.quern.train.Node;
import dev.quern.train.Shape;
import java.util.List;

/**
 * The sum of inputs of one shape, element by element: what closes a residual block. Costs a pass
 * over the elements forward and, as the gradient by each input is that by the output, nothing back.
 *
 * <p>Source: He et al., "Deep residual learning for image recognition", CVPR 2016.
 */
public record Add() implements Merge {

  /** The sum of the outputs of these nodes, two or more. */
  public static Node of(Node... inputs) {
    return Node.merge(new Add(), inputs);
  }

  @Override
  public String kind() {
    return "add";
  }

  @Override
  public Shape output(List<Shape> inputs) {
    if (inputs.size() < 2) {
      throw new SpecException("add expects at least 2 inputs, but gets " + inputs.size());
    }
    Shape shape = inputs.get(0);
    if (!inputs.stream().allMatch(shape::equals)) {
      throw new SpecException("add expects inputs of one shape, but gets " + inputs);
    }
    return shape;
  }

  @Override
  public boolean passesGradient() {
    return true;
  }

  @Override
  public BoundLayer bind(LayerContext context) {
    dev.quern.kernels.Add sum =
        context.prepare(new dev.quern.kernels.Add.Spec(context.y().count()));
    int inputs = context.inputs().size();
    return new BoundLayer() {
      @Override
      public void forward(Stream stream) {
        sum.forward(stream, context.x(0), context.x(1), context.y());
        for (int i = 2; i < inputs; i++) {
          sum.forward(stream, context.y(), context.x(i), context.y());
        }
      }

      @Override
      public void backward(Stream stream) {}
    };
  }
}
