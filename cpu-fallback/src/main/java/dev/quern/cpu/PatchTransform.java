package dev.quern.cpu;

/**
 * Both axes of a patch of pixels transformed: {@code M X M'}, channel by channel, as Winograd's
 * convolutions need it. First all columns, into a few kilobytes of the caller's, then all rows.
 *
 * <p>Where pixels come from and go to is said by tables of offsets in bytes, so that what lies
 * outside an image can be read from zeros and written to waste.
 */
final class PatchTransform {
  /** What a channel of a patch takes, about. */
  static final double NANOS = 10;

  private final Warming<LineTransform> columns;
  private final Warming<LineTransform> rows;
  private final int inputs;
  private final int outputs;
  private final int vectorBytes;
  private final long[] toScratch;
  private final long[] fromScratch;

  /**
   * A transform.
   *
   * @param last M, and what is done to the results
   */
  PatchTransform(TransformSet set, LineShape last) {
    columns = set.transform(LineShape.plain(last.matrix()));
    rows = set.transform(last);
    inputs = last.matrix().inputs();
    outputs = last.matrix().outputs();
    vectorBytes = set.lanes() * Float.BYTES;
    toScratch = new long[outputs * inputs];
    fromScratch = new long[outputs * inputs];
    for (int i = 0; i < outputs; i++) {
      for (int j = 0; j < inputs; j++) {
        long place = (long) (i * inputs + j) * vectorBytes;
        toScratch[j * outputs + i] = place;
        fromScratch[i * inputs + j] = place;
      }
    }
  }

  /** Bytes of scratch memory. */
  long scratchBytes() {
    return (long) outputs * inputs * vectorBytes;
  }

  /** Offsets of the pixels of a patch, column by column: row i and column j at i and j strides. */
  static long[] byColumns(int size, long rowStride, long columnStride) {
    return offsets(size, columnStride, rowStride);
  }

  /** Offsets of the pixels of a patch, row by row. */
  static long[] byRows(int size, long rowStride, long columnStride) {
    return offsets(size, rowStride, columnStride);
  }

  private static long[] offsets(int size, long outer, long inner) {
    long[] offsets = new long[size * size];
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        offsets[i * size + j] = i * outer + j * inner;
      }
    }
    return offsets;
  }

  /**
   * Transforms all channels of a patch.
   *
   * @param source address that {@code from} counts from
   * @param from offsets of the first channel of the patch's pixels, by columns
   * @param target address that {@code to} counts from
   * @param to offsets of the first channel of the results, by rows
   * @param channels a multiple of the vectors' lanes
   * @param bias address of the first channel's bias, if the shape adds one
   * @param scratch address of {@link #scratchBytes} for this thread alone
   */
  void run(
      long source, long[] from, long target, long[] to, int channels, long bias, long scratch) {
    LineTransform down = columns.current();
    LineTransform across = rows.current();
    long bytes = (long) channels * Float.BYTES;
    for (long c = 0; c < bytes; c += vectorBytes) {
      down.run(source + c, from, scratch, toScratch, inputs, 0);
      across.run(scratch, fromScratch, target + c, to, outputs, bias + c);
    }
  }
}
