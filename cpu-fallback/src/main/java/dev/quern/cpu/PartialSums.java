package dev.quern.cpu;

/** Adds up partial sums of many elements, which lie one behind the other, into the first. */
final class PartialSums implements WorkerPool.Loop {
  /** Elements at a time: they stay in the first-level cache. */
  private static final int BLOCK = 1024;

  /** What adding an element takes, about. */
  private static final double NANOS = 0.1;

  private final ElementLoops elements;
  private final int parts;
  private final long count;
  private long sums;

  /**
   * Prepares.
   *
   * @param parts how many sums there are of each element
   * @param count how many elements there are
   */
  PartialSums(ElementLoops elements, int parts, long count) {
    this.elements = elements;
    this.parts = parts;
    this.count = count;
  }

  /** Adds up; the address is that of the first part. */
  void run(WorkerPool pool, long address) {
    sums = address;
    if (parts > 1) {
      double nanos = NANOS * parts * Math.min(count, BLOCK);
      pool.run((count + BLOCK - 1) / BLOCK, nanos, this);
    }
  }

  @Override
  public void run(long from, long to, int worker) {
    for (long first = from * BLOCK; first < Math.min(to * BLOCK, count); first += BLOCK) {
      int length = (int) Math.min(BLOCK, count - first);
      long into = sums + Float.BYTES * first;
      for (int part = 1; part < parts; part++) {
        elements.add(into, into + Float.BYTES * count * part, into, length);
      }
    }
  }
}
