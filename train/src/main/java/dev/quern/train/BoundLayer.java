package dev.quern.train;

import dev.quern.core.Stream;

/** A layer with its kernels and its buffers: what a step runs. */
public interface BoundLayer {
  /** What there is to run where nothing is computed. */
  BoundLayer NOTHING =
      new BoundLayer() {
        @Override
        public void forward(Stream stream) {}

        @Override
        public void backward(Stream stream) {}
      };

  /** A layer that in evaluation hands its input on. */
  static BoundLayer copying(LayerContext context) {
    return new BoundLayer() {
      @Override
      public void forward(Stream stream) {
        stream.copy(context.x(), context.y());
      }

      @Override
      public void backward(Stream stream) {
        throw new IllegalStateException("an evaluation has no backward pass");
      }
    };
  }

  /** Enqueues output from input. */
  void forward(Stream stream);

  /**
   * Enqueues the gradients by the weights, if they are trained, and by the inputs that want one,
   * from the gradient by the output. Not called where neither is wanted.
   */
  void backward(Stream stream);
}
