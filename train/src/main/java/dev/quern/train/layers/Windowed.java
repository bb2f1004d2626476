package dev.quern.train.layers;

import dev.quern.train.Layer;

/**
 * A layer whose window slides over an image, with what Keras lets one say about it.
 *
 * @param <L> the layer
 */
public interface Windowed<L extends Windowed<L>> extends Layer {

  /** The window. */
  Window2D window();

  /** The layer with this window. */
  L window(Window2D window);

  /** With these distances between windows. */
  default L strides(int height, int width) {
    return window(window().strides(height, width));
  }

  /** With the input padded so that only strides shrink it. */
  default L samePadding() {
    return window(window().samePadding());
  }
}
