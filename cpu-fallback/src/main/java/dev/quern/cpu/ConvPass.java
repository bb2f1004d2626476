package dev.quern.cpu;

/** One pass of a convolution over NHWC activations, by one algorithm. */
interface ConvPass {

  /** The algorithm, and the tile that it spends its time in. */
  String name();

  /** Scratch memory that a run needs. */
  long workspaceBytes();

  /**
   * Computes; arguments are addresses.
   *
   * @param first the input, or for the gradient by the input that of the output
   * @param second the filters as the spec has them (for the gradient by the input, always [k, r, s,
   *     c]), or for their gradient that of the output
   * @param bias what the forward pass adds, else ignored
   * @param result what is written
   * @param workspace scratch memory
   */
  void run(long first, long second, long bias, long result, long workspace);
}
