package dev.quern.cpu;

/** Average-pooling of some rows of one image. Addresses are in bytes, and of whole images. */
interface AverageLoops {

  /**
   * Averages of a row of outputs.
   *
   * @param x address of the inputs
   * @param row number of the row
   * @param from first channel
   * @param to behind the last channel
   * @param y address of the outputs
   */
  void forward(AverageShape shape, long x, int row, int from, int to, long y);

  /**
   * Gradient by rows of inputs. Each element is written once, as the sum over the outputs whose
   * windows span it, in their order.
   *
   * @param dy address of the output gradients
   * @param from first row of inputs, a multiple of {@link PoolShape#rowsTogether()}
   * @param to behind the last row of inputs: such a multiple, too, or the image's end
   * @param dx address of the input gradients
   */
  void backward(AverageShape shape, long dy, int from, int to, long dx);
}
