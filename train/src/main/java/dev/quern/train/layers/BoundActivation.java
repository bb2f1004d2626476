package dev.quern.train.layers;

import dev.quern.core.DataType;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.train.LayerContext;
import org.jspecify.annotations.Nullable;

/**
 * The function behind a layer's sum, on the layer's buffers. It runs in place where it can: behind
 * the kernel that wrote the sum, and over the gradient by the output.
 */
final class BoundActivation {
  private final LayerContext context;
  private final DeviceBuffer sum;
  private final boolean fused;
  private final boolean goesBack;
  private final @Nullable PreparedActivation kernel;

  /**
   * Prepares the function.
   *
   * @param channels of the layer's output
   * @param fusesRelu whether the kernel that writes the sum goes through a ReLU by itself
   */
  BoundActivation(Activation function, LayerContext context, int channels, boolean fusesRelu) {
    this.context = context;
    fused = function.isLinear() || (function.isRelu() && fusesRelu);
    goesBack = context.dy() != null && !function.isLinear() && !context.reluPassedByNext();
    kernel = fused && !goesBack ? null : function.prepare(context, channels);
    sum =
        goesBack && function.savesInput()
            ? context.save(DataType.FLOAT32, context.y().count())
            : context.y();
  }

  /** Receives the sum. */
  DeviceBuffer sum() {
    return sum;
  }

  /** Enqueues the output from the sum. */
  void forward(Stream stream) {
    if (!fused && kernel != null) {
      kernel.forward().run(stream, sum, context.y());
    }
  }

  /** Enqueues making the gradient by the output that by the sum. */
  void backward(Stream stream) {
    if (goesBack && kernel != null) {
      DeviceBuffer dy = context.outputGradient();
      kernel.backward().run(stream, sum, dy, dy);
    }
  }
}
