package dev.quern.cpu;

import dev.quern.kernels.Conv2d;

/**
 * Filters to {@link Planes} and back, a row of channels after the other.
 *
 * <p>Distances are in bytes.
 */
final class FilterTransform implements WorkerPool.Loop {
  private static final int TAPS = Winograd.TAPS;

  private final PatchTransform transform;
  private final int rows;
  private final int channels;
  private final long[] from;
  private final long rowFrom;
  private final long[] to;
  private final long rowTo;
  private long source;
  private long target;
  private long scratch;
  private long scratchOfWorker;

  private FilterTransform(
      PatchTransform transform,
      int rows,
      int channels,
      long[] from,
      long rowFrom,
      long[] to,
      long rowTo) {
    this.transform = transform;
    this.rows = rows;
    this.channels = channels;
    this.from = from;
    this.rowFrom = rowFrom;
    this.to = to;
    this.rowTo = rowTo;
  }

  /** From filters [r, s, c, k] to planes of rows c. */
  static FilterTransform forward(Conv2d.Spec spec, Winograd algorithm, TransformSet set) {
    long pixel = (long) Float.BYTES * spec.c() * spec.k();
    long row = (long) Float.BYTES * spec.k();
    Planes planes = new Planes(algorithm.size(), spec.c(), spec.k());
    return new FilterTransform(
        new PatchTransform(set, LineShape.plain(algorithm.filter())),
        spec.c(),
        spec.k(),
        PatchTransform.byColumns(TAPS, TAPS * pixel, pixel),
        row,
        planes.byRows(),
        row);
  }

  /** From filters [k, r, s, c] to planes of rows k. */
  static FilterTransform backward(Conv2d.Spec spec, Winograd algorithm, TransformSet set) {
    long pixel = (long) Float.BYTES * spec.c();
    Planes planes = new Planes(algorithm.size(), spec.k(), spec.c());
    return new FilterTransform(
        new PatchTransform(set, LineShape.plain(algorithm.filter())),
        spec.k(),
        spec.c(),
        PatchTransform.byColumns(TAPS, TAPS * pixel, pixel),
        TAPS * TAPS * pixel,
        planes.byRows(),
        pixel);
  }

  /**
   * From planes of rows c to gradients of filters [c, r, s, k].
   *
   * @param pieces as many gradients, one a run, lie together for each c
   */
  static FilterTransform gradient(
      Conv2d.Spec spec, Winograd algorithm, TransformSet set, int pieces) {
    long row = (long) Float.BYTES * spec.k();
    Planes planes = new Planes(algorithm.size(), spec.c(), spec.k());
    return new FilterTransform(
        new PatchTransform(set, LineShape.plain(algorithm.filterGradient())),
        spec.c(),
        spec.k(),
        planes.byColumns(),
        row,
        PatchTransform.byRows(TAPS, TAPS * row, row),
        (long) pieces * TAPS * TAPS * row);
  }

  /** Bytes of the filters. */
  long filterBytes() {
    return (long) Float.BYTES * TAPS * TAPS * rows * channels;
  }

  /** Scratch memory of a worker. */
  long scratchBytes() {
    return transform.scratchBytes();
  }

  /** Transforms; all addresses, and how far the workers' scratch memories lie apart. */
  void run(
      WorkerPool pool, long sourceAddress, long targetAddress, long scratchAddress, long apart) {
    source = sourceAddress;
    target = targetAddress;
    scratch = scratchAddress;
    scratchOfWorker = apart;
    pool.run(rows, PatchTransform.NANOS * channels, this);
  }

  @Override
  public void run(long first, long end, int worker) {
    run(first, end, source, target, scratch + worker * scratchOfWorker);
  }

  /** Transforms all rows in the calling thread. */
  void run(long sourceAddress, long targetAddress, long scratchAddress) {
    run(0, rows, sourceAddress, targetAddress, scratchAddress);
  }

  private void run(long first, long end, long sourceAddress, long targetAddress, long own) {
    for (long row = first; row < end; row++) {
      transform.run(
          sourceAddress + row * rowFrom, from, targetAddress + row * rowTo, to, channels, 0, own);
    }
  }
}
