package dev.quern.cpu;

import dev.quern.kernels.BatchNorm;
import dev.quern.kernels.GatherBatch;

/** Which rows of a batch normalisation count: those of images that are not ignored. */
final class CountingRows {
  private final long rows;
  private final long pixels;
  private long labels;

  CountingRows(BatchNorm.Spec spec) {
    rows = spec.rows();
    pixels = spec.pixels();
  }

  /**
   * Sets the labels of a run.
   *
   * @param address where they begin, or 0 if all rows count
   */
  void begin(long address) {
    labels = address;
  }

  boolean counts(long row) {
    return labels == 0 || NativeMemory.getInt(labels + 4 * (row / pixels)) != GatherBatch.IGNORED;
  }

  /** Where the stretch of rows ends that count as the first does; {@code end} at most. */
  long stretch(long first, long end) {
    if (labels == 0) {
      return end;
    }
    boolean counts = counts(first);
    long next = (first / pixels + 1) * pixels;
    while (next < end && counts(next) == counts) {
      next += pixels;
    }
    return Math.min(next, end);
  }

  /** How many rows count. */
  long count() {
    if (labels == 0) {
      return rows;
    }
    long count = 0;
    for (long row = 0; row < rows; row += pixels) {
      count += counts(row) ? pixels : 0;
    }
    return count;
  }
}
