package dev.quern.cpu;

/** How the elements of a {@link CpuBiasAdd} are cut into blocks. Addresses are in bytes. */
interface BiasBlocks {

  /** Number of blocks. */
  long count();

  /** Elements of a whole block. */
  int elements();

  /** Number of partial sums that all blocks leave. */
  long partialSums();

  /** {@code y = x + b} within a block. */
  void add(long block, long x, long b, long y);

  /** Leaves the partial sums of a block in its place among {@code partials}. */
  void sum(long block, long dy, long partials);

  /** Sums the partial sums up, in an order that the problem fixes. */
  void total(long partials, long db);
}
