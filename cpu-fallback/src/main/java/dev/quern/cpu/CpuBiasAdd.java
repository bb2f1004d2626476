package dev.quern.cpu;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.BiasAdd;

/**
 * Bias and its gradient. The elements are cut into blocks by the problem alone; each block leaves a
 * partial sum in the workspace, and one thread sums those up in order: the same bits on any number
 * of threads.
 */
final class CpuBiasAdd extends BiasAdd {
  /** Elements of a block: 64 KiB, small enough for a second-level cache. */
  static final int BLOCK = 16 * 1024;

  private final WorkerPool pool;
  private final BiasBlocks blocks;
  private final Forward forward;
  private final Backward backward;
  private final String implementation;

  CpuBiasAdd(CpuDevice device, Spec spec) {
    super(device, spec);
    pool = device.pool();
    ElementLoops loops = device.simd().elements();
    blocks =
        spec.inner() == 1 && spec.channels() > 1
            ? new BiasRows(loops, spec)
            : new BiasPlanes(loops, spec);
    forward = new Forward(blocks);
    backward = new Backward(blocks);
    implementation = device.simd().name() + ":blocks";
  }

  @Override
  public String implementation() {
    return implementation;
  }

  @Override
  public long workspaceBytes() {
    return blocks.partialSums() * Float.BYTES;
  }

  @Override
  protected void runForward(Stream stream, DeviceBuffer x, DeviceBuffer b, DeviceBuffer y) {
    forward.x = CpuBuffer.address(x);
    forward.b = CpuBuffer.address(b);
    forward.y = CpuBuffer.address(y);
    pool.run(blocks.count(), nanos(8), forward);
  }

  @Override
  protected void runBackward(Stream stream, DeviceBuffer dy, DeviceBuffer db) {
    backward.dy = CpuBuffer.address(dy);
    backward.partials = CpuStream.workspace(stream);
    pool.run(blocks.count(), nanos(4), backward);
    blocks.total(backward.partials, CpuBuffer.address(db));
  }

  private double nanos(int bytesOfElement) {
    return ElementPass.NANOS_OF_BYTE * bytesOfElement * blocks.elements();
  }

  private static final class Forward implements WorkerPool.Loop {
    private final BiasBlocks blocks;
    private long x;
    private long b;
    private long y;

    Forward(BiasBlocks blocks) {
      this.blocks = blocks;
    }

    @Override
    public void run(long from, long to, int worker) {
      for (long block = from; block < to; block++) {
        blocks.add(block, x, b, y);
      }
    }
  }

  private static final class Backward implements WorkerPool.Loop {
    private final BiasBlocks blocks;
    private long dy;
    private long partials;

    Backward(BiasBlocks blocks) {
      this.blocks = blocks;
    }

    @Override
    public void run(long from, long to, int worker) {
      for (long block = from; block < to; block++) {
        blocks.sum(block, dy, partials);
      }
    }
  }
}
