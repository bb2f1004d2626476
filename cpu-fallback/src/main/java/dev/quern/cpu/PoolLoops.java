package dev.quern.cpu;

/** Maximum pooling, a row of pixels at a time. Addresses are in bytes. */
interface PoolLoops {

  /**
   * Maxima of one row of outputs and where they stand.
   *
   * @param x address of the image
   * @param row row of outputs
   * @param y address of that row
   * @param argmax address of that row of positions, or 0 to leave them out
   */
  void forward(PoolShape shape, long x, int row, long y, long argmax);

  /**
   * Gradient by one row of inputs. Each element is written once, as the sum over the outputs that
   * chose it, in their order: no output can write outside of the row, whatever {@code argmax}
   * holds, and rows can be computed side by side.
   *
   * @param y address of the image's outputs, where only those above 0 pass a gradient; else 0
   * @param argmax address of the image's positions
   * @param dy address of the image's output gradients
   * @param row row of inputs
   * @param dx address of that row of gradients
   */
  void backward(PoolShape shape, long y, long argmax, long dy, int row, long dx);
}
