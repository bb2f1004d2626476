package dev.quern.cpu;

import dev.quern.kernels.BatchNorm;

/**
 * Sums of a batch normalisation over the rows that count. Each block leaves three planes of partial
 * sums in the workspace, then each group of channels has its totals made of them in order: the same
 * bits on any number of threads.
 */
abstract class NormSums {
  /** Planes of a block's partial sums. */
  private static final int PLANES = 3;

  /** About what it takes to add a partial sum to a total. */
  private static final double NANOS_OF_TOTAL = 0.2;

  private final WorkerPool pool;
  private final NormBlocks blocks;
  private final CountingRows rows;
  private final int channels;

  /** Rows that count in each unit. */
  private final int[] counted;

  private final WorkerPool.Loop sums = this::sum;
  private final WorkerPool.Loop totals = this::total;
  private long partials;

  NormSums(WorkerPool pool, BatchNorm.Spec spec, NormBlocks blocks, CountingRows rows) {
    this.pool = pool;
    this.blocks = blocks;
    this.rows = rows;
    channels = spec.channels();
    counted = new int[blocks.units()];
  }

  /** Scratch memory for the partial sums, in bytes. */
  static long workspaceBytes(BatchNorm.Spec spec, NormBlocks blocks) {
    return (long) Float.BYTES * PLANES * blocks.count() * spec.channels();
  }

  /**
   * Sums up and makes the totals.
   *
   * @param workspace where partial sums may lie
   * @param bytesOfElement that are read for an element
   */
  final void run(long workspace, int bytesOfElement) {
    partials = workspace;
    pool.run(blocks.units(), blocks.nanos(bytesOfElement), sums);
    double nanos = NANOS_OF_TOTAL * blocks.count() * blocks.group(0).width();
    pool.run(blocks.groups(), nanos, totals);
  }

  private void sum(long from, long to, int worker) {
    for (long unit = from; unit < to; unit++) {
      int block = blocks.blockOf(unit);
      ChannelGroup group = blocks.groupOf(unit);
      long partial = partial(group, block);
      long end = blocks.endRow(block);
      int count = 0;
      long next;
      for (long row = blocks.firstRow(block); row < end; row = next) {
        next = rows.stretch(row, end);
        if (rows.counts(row)) {
          long offset = blocks.offset(group, row);
          if (count == 0) {
            begin(group, offset, partial);
          }
          int stretch = (int) (next - row);
          add(group, offset, stretch, partial);
          count += stretch;
        }
      }
      counted[(int) unit] = count;
    }
  }

  private void total(long from, long to, int worker) {
    for (int number = (int) from; number < to; number++) {
      ChannelGroup group = blocks.group(number);
      long before = 0;
      for (int block = 0; block < blocks.count(); block++) {
        int count = counted[block * blocks.groups() + number];
        if (count > 0) {
          addTotal(group, partial(group, block), count, before);
          before += count;
        }
      }
      settle(group, before);
    }
  }

  private long partial(ChannelGroup group, int block) {
    return group.in(partials + 4L * PLANES * block * channels);
  }

  /**
   * Begins a block's partial sums.
   *
   * @param offset in bytes, of the group's part of the block's first row that counts
   * @param partial address of the group's part of the first plane
   */
  abstract void begin(ChannelGroup group, long offset, long partial);

  /** Adds a stretch of rows to a block's partial sums. */
  abstract void add(ChannelGroup group, long offset, int rows, long partial);

  /**
   * Adds a block's partial sums to the totals.
   *
   * @param count rows of the block that count, at least one
   * @param before rows in the totals so far; with none, they begin here
   */
  abstract void addTotal(ChannelGroup group, long partial, int count, long before);

  /**
   * Makes what it is all for of the totals.
   *
   * @param count rows that count, perhaps none
   */
  abstract void settle(ChannelGroup group, long count);
}
