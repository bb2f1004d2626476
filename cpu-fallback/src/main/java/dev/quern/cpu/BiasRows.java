package dev.quern.cpu;

import dev.quern.kernels.BiasAdd;

/** Blocks of whole rows of channels: matrices, and images with channels last. */
final class BiasRows implements BiasBlocks {
  private final ElementLoops loops;
  private final long rows;
  private final int channels;
  private final int blockRows;

  BiasRows(ElementLoops loops, BiasAdd.Spec spec) {
    this.loops = loops;
    rows = spec.rows();
    channels = spec.channels();
    blockRows = Math.max(1, CpuBiasAdd.BLOCK / channels);
  }

  @Override
  public long count() {
    return Math.ceilDiv(rows, blockRows);
  }

  @Override
  public int elements() {
    return blockRows * channels;
  }

  @Override
  public long partialSums() {
    return count() * channels;
  }

  private int rowsOf(long block) {
    return (int) Math.min(blockRows, rows - block * blockRows);
  }

  @Override
  public void add(long block, long x, long b, long y) {
    long at = 4 * block * elements();
    loops.addRow(x + at, b, y + at, rowsOf(block), channels);
  }

  @Override
  public void sum(long block, long dy, long partials) {
    long sums = partials + 4 * block * channels;
    loops.sumColumns(dy + 4 * block * elements(), rowsOf(block), channels, sums);
  }

  @Override
  public void total(long partials, long db) {
    loops.sumColumns(partials, Math.toIntExact(count()), channels, db);
  }
}
