package dev.quern.cpu;

/**
 * A pass over the elements of buffers, in chunks of whole cache lines, so that no two threads write
 * to one line.
 */
abstract class ElementPass implements WorkerPool.Loop {
  /** What moving a byte takes at the 100 GB/s of a second-level cache. */
  static final double NANOS_OF_BYTE = 0.01;

  /** Elements of a chunk; a pass is only ever cut between two. */
  static final int CHUNK = 1024;

  /** Elements of one call of the loop, whose counts are int. */
  private static final int PIECE = 1 << 20;

  private final WorkerPool pool;
  private final long count;
  private final double nanos;

  /**
   * A pass.
   *
   * @param pool threads to share it
   * @param count number of elements
   * @param bytes bytes that an element moves, or as many as could be moved while it is computed
   */
  ElementPass(WorkerPool pool, long count, int bytes) {
    this.pool = pool;
    this.count = count;
    this.nanos = NANOS_OF_BYTE * bytes * CHUNK;
  }

  /** Runs it over all elements. */
  final void run() {
    pool.run((count + CHUNK - 1) / CHUNK, nanos, this);
  }

  @Override
  public final void run(long from, long to, int worker) {
    long end = Math.min(to * CHUNK, count);
    for (long start = from * CHUNK; start < end; start += PIECE) {
      apply(start, (int) Math.min(PIECE, end - start));
    }
  }

  /** Computes {@code count} elements from {@code start} on. */
  protected abstract void apply(long start, int count);
}
