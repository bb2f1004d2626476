package dev.quern.train.layers;

import dev.quern.train.BoundLayer;
import dev.quern.train.Layer;
import dev.quern.train.LayerContext;
import dev.quern.train.Shape;
import dev.quern.train.WeightSpec;
import java.util.List;

/** A layer that is another one in other words: with a name, an extent or a shape of its own. */
interface Alias extends Layer {

  /**
   * The layer that does the work.
   *
   * @throws dev.quern.core.SpecException if there is none for such an input
   */
  Layer target(Shape input);

  @Override
  default Shape output(Shape input) {
    return target(input).output(input);
  }

  @Override
  default List<WeightSpec> weights(Shape input) {
    return target(input).weights(input);
  }

  @Override
  default long savedElements(Shape input, int batch) {
    return target(input).savedElements(input, batch);
  }

  @Override
  default BoundLayer bind(LayerContext context) {
    return target(context.input()).bind(context);
  }
}
