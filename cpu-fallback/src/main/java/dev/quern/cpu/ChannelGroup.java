package dev.quern.cpu;

/**
 * Neighbouring channels of a matrix of [rows, channels].
 *
 * @param first number of its first channel
 * @param width how many channels it has
 * @param channels of the whole matrix
 */
record ChannelGroup(int first, int width, int channels) {

  /** Bytes from a row to the next, and from a plane of numbers of a channel to the next. */
  long plane() {
    return 4L * channels;
  }

  /** Address of this group's part of a row, or of a plane. */
  long in(long row) {
    return row + 4L * first;
  }
}
