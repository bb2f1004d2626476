package dev.quern.cpu;

import dev.quern.kernels.BiasAdd;

/**
 * Blocks inside the contiguous elements of one channel: images with channels first, and anything
 * with a single channel.
 */
final class BiasPlanes implements BiasBlocks {
  private final ElementLoops loops;
  private final long images;
  private final int channels;
  private final long plane;
  private final int block;
  private final long blocksOfPlane;

  BiasPlanes(ElementLoops loops, BiasAdd.Spec spec) {
    this.loops = loops;
    channels = spec.channels();
    images = channels == 1 ? Math.min(1, spec.rows()) : spec.rows();
    plane = channels == 1 ? spec.count() : spec.inner();
    block = Math.clamp(plane, 1, CpuBiasAdd.BLOCK);
    blocksOfPlane = Math.ceilDiv(plane, block);
  }

  @Override
  public long count() {
    return images * channels * blocksOfPlane;
  }

  @Override
  public int elements() {
    return block;
  }

  @Override
  public long partialSums() {
    return count();
  }

  /** Offset in bytes of a block's first element. */
  private long offset(long number) {
    return 4 * (number / blocksOfPlane * plane + number % blocksOfPlane * block);
  }

  private int elementsOf(long number) {
    return (int) Math.min(block, plane - number % blocksOfPlane * block);
  }

  private int channelOf(long number) {
    return (int) (number / blocksOfPlane % channels);
  }

  @Override
  public void add(long number, long x, long b, long y) {
    long at = offset(number);
    float bias = NativeMemory.getFloat(b + 4L * channelOf(number));
    loops.scale(x + at, y + at, elementsOf(number), 1, bias);
  }

  /** Partial sums lie channel by channel, so that each channel's are contiguous. */
  @Override
  public void sum(long number, long dy, long partials) {
    long image = number / blocksOfPlane / channels;
    long place = (channelOf(number) * images + image) * blocksOfPlane + number % blocksOfPlane;
    float sum = loops.sum(dy + offset(number), elementsOf(number));
    NativeMemory.setFloat(partials + 4 * place, sum);
  }

  @Override
  public void total(long partials, long db) {
    int sums = Math.toIntExact(images * blocksOfPlane);
    for (int c = 0; c < channels; c++) {
      float total = loops.sum(partials + 4L * c * sums, sums);
      NativeMemory.setFloat(db + 4L * c, total);
    }
  }
}
