package dev.quern.train.layers;

import dev.quern.core.SpecException;
import dev.quern.train.BoundLayer;
import dev.quern.train.Layer;
import dev.quern.train.LayerContext;
import dev.quern.train.Shape;

/**
 * The same elements in the same order under another shape. Costs nothing.
 *
 * @param height rows; one of the three may be -1, for what is left
 * @param width columns
 * @param channels channels
 */
public record Reshape(int height, int width, int channels) implements Layer {

  /** To an image; one of the extents may be -1, for what is left. */
  public static Reshape of(int height, int width, int channels) {
    return new Reshape(height, width, channels);
  }

  @Override
  public String kind() {
    return "reshape";
  }

  @Override
  public Shape output(Shape input) {
    long known = 1;
    int open = 0;
    for (int extent : new int[] {height, width, channels}) {
      known *= extent == -1 ? 1 : extent;
      open += extent == -1 ? 1 : 0;
      if (extent < -1 || extent == 0 || open > 1 || known > input.elements()) {
        throw misfit(input);
      }
    }
    int rest = (int) (input.elements() / known);
    if (known * rest != input.elements() || (open == 0 && rest != 1)) {
      throw misfit(input);
    }
    return new Shape(
        height == -1 ? rest : height, width == -1 ? rest : width, channels == -1 ? rest : channels);
  }

  private SpecException misfit(Shape input) {
    return new SpecException(
        "reshape must keep all elements, but (%d, %d, %d) cannot hold the %d of %s"
            .formatted(height, width, channels, input.elements(), input));
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
