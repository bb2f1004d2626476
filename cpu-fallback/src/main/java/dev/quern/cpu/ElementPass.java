package dev.quern.cpu;

/**
 * A pass over the elements of buffers, in chunks of whole cache lines, so that no two threads write
 * to one line.
 */
abstract class ElementPass implements WorkerPool.Loop {
  /**
   * What a thread is handed at a time, in bytes moved: about 5 us of work at the 100 GB/s of a
   * second-level cache, some ten times what handing it over costs.
   */
  static final int GRAIN_BYTES = 512 * 1024;

  private static final int CHUNK = 1024;

  /** Elements of one call of the loop, whose counts are int. */
  private static final int PIECE = 1 << 20;

  private final WorkerPool pool;
  private final long count;
  private final long grain;

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
    this.grain = Math.max(1, GRAIN_BYTES / bytes / CHUNK);
  }

  /** Runs it over all elements. */
  final void run() {
    pool.run((count + CHUNK - 1) / CHUNK, grain, this);
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
