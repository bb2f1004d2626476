package dev.quern.dialect;

/**
 * How problems without products are cut into work-items: thousands of elements each on CPUs, where
 * a work-item is a call, one on GPUs, where neighbours read neighbouring elements.
 *
 * @param vectors whether work-items use vectors
 * @param lanes floats of a vector
 * @param group most work-items of a group
 */
record Spans(boolean vectors, int lanes, int group) {
  private static final int CPU_ELEMENTS = 4096;
  private static final int GPU_GROUP = 128;

  /** What suits a device. */
  static Spans of(Traits traits) {
    return traits.usesVectors()
        ? new Spans(true, traits.lanes(), 1)
        : new Spans(false, 1, Math.min(GPU_GROUP, traits.groupItems()));
  }

  /** Name of the family, for {@code implementation()}. */
  String name() {
    return vectors ? "vector" + lanes * Float.SIZE : "simt";
  }

  /** Elements of a work-item. */
  int elements() {
    return vectors ? CPU_ELEMENTS : 1;
  }

  /** Work-items for a number of elements. */
  Range over(long count) {
    return Range.of((count + elements() - 1) / elements(), group);
  }

  /** Rows of a matrix that a work-item walks down. */
  int bandRows() {
    return vectors ? 64 : 4;
  }

  /** Fewest rows whose sum is worth a work-item. */
  int leastBlockRows() {
    return vectors ? 128 : 64;
  }

  /** Most blocks that a sum over rows is cut into. */
  int mostBlocks() {
    return vectors ? 16 : 256;
  }

  /** Work-items for so many bands of rows, each of one vector of channels. */
  Range overRows(int channels, long bands) {
    long columns = Math.ceilDiv(channels, lanes);
    int across = groupFor(columns);
    return new Range(columns, bands, 1, across, Math.max(1, group / across));
  }

  /** Work-items of a group along an axis of this extent: no more than there are, a power of two. */
  int groupFor(long extent) {
    return Math.clamp(Long.highestOneBit(Math.max(1, extent)), 1, group);
  }

  /** Pixels of a work-item, with all their channels on CPUs and one channel on GPUs. */
  int pixels() {
    return vectors ? 64 : 1;
  }

  /** Work-items for pixels of several channels each. */
  Range overPixels(int channels, long count) {
    int across = vectors ? 1 : groupFor(channels);
    return new Range(
        vectors ? 1 : channels,
        (count + pixels() - 1) / pixels(),
        1,
        across,
        Math.max(1, group / across));
  }

  /** Work-items that share a row of this length: a power of two. */
  int rowItems(int length) {
    return vectors ? 1 : Math.clamp(Integer.highestOneBit(Math.max(1, length)), 1, group);
  }
}
