package dev.quern.cuda;

import dev.quern.core.DeviceException;
import dev.quern.dialect.Range;

/**
 * Blocks of a launch. CUDA's x axis has room for 2^31 - 1 blocks, y and z for 65,535 (CUDA C++
 * Programming Guide, compute capabilities): the axis that needs more changes places with x, which
 * kernels are told by the macro LONG_AXIS.
 *
 * @param x blocks along CUDA's x axis
 * @param y blocks along CUDA's y axis
 * @param z blocks along CUDA's z axis
 * @param blockX threads of a block along the range's first axis
 * @param blockY threads of a block along the range's second axis
 * @param longAxis the range's axis that is CUDA's x; 0 unless another needs the room
 */
record Grid(int x, int y, int z, int blockX, int blockY, int longAxis) {
  private static final long MOST_X = Integer.MAX_VALUE;
  private static final long MOST_OTHERS = 65_535;

  /**
   * The blocks of a range.
   *
   * @param what the spec, for the message
   * @throws DeviceException if two axes are too long
   */
  static Grid of(Range range, String what, String deviceId) {
    long[] blocks = {range.wholeX() / range.groupX(), range.wholeY() / range.groupY(), range.z()};
    int longAxis = blocks[1] > MOST_OTHERS ? 1 : blocks[2] > MOST_OTHERS ? 2 : 0;
    long first = blocks[0];
    blocks[0] = blocks[longAxis];
    blocks[longAxis] = first;
    if (blocks[0] > MOST_X || blocks[1] > MOST_OTHERS || blocks[2] > MOST_OTHERS) {
      throw new DeviceException(
          "%s needs a grid of %d x %d x %d blocks, and %s has room for %d x %d x %d"
              .formatted(
                  what,
                  blocks[0],
                  blocks[1],
                  blocks[2],
                  deviceId,
                  MOST_X,
                  MOST_OTHERS,
                  MOST_OTHERS),
          null);
    }
    return new Grid(
        (int) blocks[0],
        (int) blocks[1],
        (int) blocks[2],
        range.groupX(),
        range.groupY(),
        longAxis);
  }

  boolean isEmpty() {
    return x <= 0 || y <= 0 || z <= 0;
  }
}
