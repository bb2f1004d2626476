package dev.quern.cpu;

/** Maximum pooling of some rows of one image. Addresses are in bytes, and of whole images. */
interface PoolLoops {

  /**
   * Maxima of rows of outputs and where they stand.
   *
   * @param x address of the inputs
   * @param from first row of outputs
   * @param to behind the last row of outputs
   * @param y address of the outputs
   * @param argmax address of the positions, or 0 to leave them out
   */
  void forward(PoolShape shape, long x, int from, int to, long y, long argmax);

  /**
   * Gradient by rows of inputs. Each element is written once, as the sum over the outputs that
   * chose it, in their order: no output can write outside of the rows, whatever {@code argmax}
   * holds, and rows can be computed side by side.
   *
   * @param y address of the outputs, where only those above 0 pass a gradient; else 0
   * @param argmax address of the positions
   * @param dy address of the output gradients
   * @param from first row of inputs, a multiple of {@link PoolShape#rowsTogether()}
   * @param to behind the last row of inputs: such a multiple, too, or the image's end
   * @param dx address of the input gradients
   */
  void backward(PoolShape shape, long y, long argmax, long dy, int from, int to, long dx);
}
