package dev.quern.train.layers;

import dev.quern.train.BoundLayer;
import dev.quern.train.Layer;
import dev.quern.train.LayerContext;
import dev.quern.train.Shape;

/** An image as a row of numbers, in row, column, channel order. Costs nothing. */
public record Flatten() implements Layer {

  /** The layer. */
  public static Flatten of() {
    return new Flatten();
  }

  @Override
  public String kind() {
    return "flatten";
  }

  @Override
  public Shape output(Shape input) {
    return Shape.flat(input.elements());
  }

  @Override
  public boolean reshapesOnly() {
    return true;
  }

  @Override
  public BoundLayer bind(LayerContext context) {
    return BoundLayer.NOTHING;
  }
}
