package dev.quern.train.layers;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;

/**
 * An activation with its kernel. Outputs may be the inputs of the same pass.
 *
 * @param forward {@code y = f(x)}
 * @param backward {@code dx = dy * f'(x)}
 */
record PreparedActivation(Forward forward, Backward backward) {

  /** One pass. */
  interface Forward {
    void run(Stream stream, DeviceBuffer x, DeviceBuffer y);
  }

  /** The other; {@code saved} is x where {@link Activation#savesInput}, else y. */
  interface Backward {
    void run(Stream stream, DeviceBuffer saved, DeviceBuffer dy, DeviceBuffer dx);
  }
}
