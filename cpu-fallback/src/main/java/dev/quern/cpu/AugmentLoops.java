package dev.quern.cpu;

import dev.quern.kernels.Placement;

/** Samples images at positions between pixels, and turns rows round. */
interface AugmentLoops {

  /**
   * Samples an image; a neighbour of weight 0 counts as 0, whatever it is.
   *
   * @param placement what has been drawn for it
   * @param padded address of the image as {@link PaddedImage} lays it out
   * @param y address of the result
   */
  void sample(Placement placement, long padded, long y);

  /**
   * Copies pixels in reverse order.
   *
   * @param source address of the first, which comes last
   * @param target address of the first copy
   */
  void turnRow(long source, int pixels, int channels, long target);
}
