package dev.quern.train;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.BiasAdd;
import java.util.function.Function;

/** A prepared sum of two buffers. */
final class Addition {
  private final BiasAdd kernel;

  private Addition(BiasAdd kernel) {
    this.kernel = kernel;
  }

  /** A sum of this many elements, which a row of as many biases is. */
  static Addition prepare(Function<BiasAdd.Spec, BiasAdd> kernels, long count) {
    return new Addition(kernels.apply(new BiasAdd.Spec(1, Math.toIntExact(count))));
  }

  /** {@code y = a + b}; {@code y} may be either of them. */
  void run(Stream stream, DeviceBuffer a, DeviceBuffer b, DeviceBuffer y) {
    kernel.forward(stream, y == b ? b : a, y == b ? a : b, y);
  }
}
