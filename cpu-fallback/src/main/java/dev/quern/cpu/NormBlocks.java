package dev.quern.cpu;

import dev.quern.kernels.BatchNorm;

/**
 * How the elements of a batch normalisation are cut, by the problem alone: blocks of rows, and
 * groups of channels where rows are long. A unit is a block of a group; the groups of a block
 * follow each other.
 */
final class NormBlocks {
  /** Elements of a unit: 32 KiB, so that what is left of it is still near for the next pass. */
  private static final int ELEMENTS = 8 * 1024;

  /** Channels of a group, so that sums over few rows of many channels can be shared, too. */
  private static final int WIDTH = 256;

  /**
   * Rows of a block: enough to make its sums cheap to add up, and few enough for the worst case of
   * sums about the first row, which is off by at most the root of so many standard deviations.
   */
  private static final int LEAST_ROWS = 64;

  private static final int MOST_ROWS = 1024;

  private final long rows;
  private final int channels;
  private final int blockRows;
  private final int count;
  private final ChannelGroup[] groups;

  NormBlocks(BatchNorm.Spec spec) {
    rows = spec.rows();
    channels = spec.channels();
    groups = new ChannelGroup[Math.ceilDiv(channels, WIDTH)];
    for (int g = 0; g < groups.length; g++) {
      int first = g * WIDTH;
      groups[g] = new ChannelGroup(first, Math.min(WIDTH, channels - first), channels);
    }
    blockRows = Math.clamp(ELEMENTS / Math.min(channels, WIDTH), LEAST_ROWS, MOST_ROWS);
    count = Math.toIntExact(Math.ceilDiv(rows, blockRows));
  }

  /** Number of blocks. */
  int count() {
    return count;
  }

  /** Number of groups. */
  int groups() {
    return groups.length;
  }

  ChannelGroup group(int number) {
    return groups[number];
  }

  /** Number of blocks of all groups. */
  int units() {
    return count * groups.length;
  }

  int blockOf(long unit) {
    return (int) (unit / groups.length);
  }

  ChannelGroup groupOf(long unit) {
    return groups[(int) (unit % groups.length)];
  }

  long firstRow(int block) {
    return (long) block * blockRows;
  }

  /** The row behind a block's last. */
  long endRow(int block) {
    return Math.min(firstRow(block) + blockRows, rows);
  }

  /** Offset in bytes of a group's part of a row. */
  long offset(ChannelGroup group, long row) {
    return group.in(row * group.plane());
  }

  /** What a unit takes if an element moves so many bytes, about. */
  double nanos(int bytesOfElement) {
    return ElementPass.NANOS_OF_BYTE * bytesOfElement * blockRows * Math.min(channels, WIDTH);
  }
}
