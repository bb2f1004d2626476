package dev.quern.train;

import dev.quern.core.Stream;

/** A layer with its kernels and its buffers: what a step runs. */
public interface BoundLayer {

  /** Enqueues output from input. */
  void forward(Stream stream);

  /**
   * Enqueues the gradients by the weights, if they are trained, and by the inputs that want one,
   * from the gradient by the output. Not called where neither is wanted.
   */
  void backward(Stream stream);
}
