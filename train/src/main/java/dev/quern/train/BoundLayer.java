package dev.quern.train;

import dev.quern.core.Stream;

/** A layer with its kernels and its buffers: what a step runs. */
public interface BoundLayer {

  /** Enqueues output from input. */
  void forward(Stream stream);

  /**
   * Enqueues the gradients by the weights and, unless the layer is the first, by the input, from
   * the gradient by the output.
   */
  void backward(Stream stream);
}
