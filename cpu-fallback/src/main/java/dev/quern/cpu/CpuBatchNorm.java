package dev.quern.cpu;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.BatchNorm;
import org.jspecify.annotations.Nullable;

/**
 * Batch normalisation, bound by memory: one pass over it for sums and one that writes, forward and
 * backward.
 */
final class CpuBatchNorm extends BatchNorm {
  /** Planes of numbers of the channels, behind the partial sums in the workspace. */
  private static final int PLANES = 4;

  private final WorkerPool pool;
  private final NormBlocks blocks;
  private final CountingRows rows;
  private final NormMoments moments;
  private final NormGradients gradients;
  private final Normalise normalise;
  private final Gradient gradient;
  private final String implementation;

  CpuBatchNorm(CpuDevice device, Spec spec) {
    super(device, spec);
    pool = device.pool();
    blocks = new NormBlocks(spec);
    rows = new CountingRows(spec);
    moments = new NormMoments(device, spec, blocks, rows);
    gradients = new NormGradients(device, spec, blocks, rows);
    normalise = new Normalise(device.simd().norms(), blocks, spec.relu());
    gradient = new Gradient(device.simd(), blocks, rows);
    implementation = device.simd().name() + ":blocks";
  }

  @Override
  public String implementation() {
    return implementation;
  }

  @Override
  public long workspaceBytes() {
    return NormSums.workspaceBytes(spec(), blocks) + (long) Float.BYTES * PLANES * channels();
  }

  private int channels() {
    return spec().channels();
  }

  /** Address of the planes. */
  private long planes(Stream stream) {
    return CpuStream.workspace(stream) + NormSums.workspaceBytes(spec(), blocks);
  }

  private static long addressOrZero(@Nullable DeviceBuffer buffer) {
    return buffer == null ? 0 : CpuBuffer.address(buffer);
  }

  @Override
  protected void runForward(
      Stream stream,
      DeviceBuffer x,
      DeviceBuffer gamma,
      DeviceBuffer beta,
      DeviceBuffer movingMean,
      DeviceBuffer movingVariance,
      @Nullable DeviceBuffer labels,
      DeviceBuffer y,
      DeviceBuffer mean,
      DeviceBuffer invStd) {
    rows.begin(addressOrZero(labels));
    moments.x = CpuBuffer.address(x);
    moments.gamma = CpuBuffer.address(gamma);
    moments.beta = CpuBuffer.address(beta);
    moments.movingMean = CpuBuffer.address(movingMean);
    moments.movingVariance = CpuBuffer.address(movingVariance);
    moments.mean = CpuBuffer.address(mean);
    moments.invStd = CpuBuffer.address(invStd);
    moments.planes = planes(stream);
    moments.run(CpuStream.workspace(stream), 4);
    normalise(stream, x, y);
  }

  @Override
  protected void runInfer(
      Stream stream,
      DeviceBuffer x,
      DeviceBuffer gamma,
      DeviceBuffer beta,
      DeviceBuffer movingMean,
      DeviceBuffer movingVariance,
      DeviceBuffer y) {
    moments.gamma = CpuBuffer.address(gamma);
    moments.beta = CpuBuffer.address(beta);
    moments.movingMean = CpuBuffer.address(movingMean);
    moments.movingVariance = CpuBuffer.address(movingVariance);
    moments.planes = planes(stream);
    moments.planesOfMoving();
    normalise(stream, x, y);
  }

  private void normalise(Stream stream, DeviceBuffer x, DeviceBuffer y) {
    normalise.x = CpuBuffer.address(x);
    normalise.y = CpuBuffer.address(y);
    normalise.planes = planes(stream);
    pool.run(blocks.units(), blocks.nanos(8), normalise);
  }

  @Override
  protected void runBackward(
      Stream stream,
      DeviceBuffer x,
      DeviceBuffer dy,
      DeviceBuffer gamma,
      DeviceBuffer mean,
      DeviceBuffer invStd,
      @Nullable DeviceBuffer labels,
      @Nullable DeviceBuffer dx,
      @Nullable DeviceBuffer dgamma,
      @Nullable DeviceBuffer dbeta) {
    rows.begin(addressOrZero(labels));
    gradients.x = CpuBuffer.address(x);
    gradients.dy = CpuBuffer.address(dy);
    gradients.gamma = CpuBuffer.address(gamma);
    gradients.mean = CpuBuffer.address(mean);
    gradients.invStd = CpuBuffer.address(invStd);
    gradients.dgamma = addressOrZero(dgamma);
    gradients.dbeta = addressOrZero(dbeta);
    gradients.planes = planes(stream);
    gradients.run(CpuStream.workspace(stream), 8);
    if (dx != null) {
      gradient.x = gradients.x;
      gradient.dy = gradients.dy;
      gradient.dx = CpuBuffer.address(dx);
      gradient.planes = gradients.planes;
      pool.run(blocks.units(), blocks.nanos(12), gradient);
    }
  }

  private static final class Normalise implements WorkerPool.Loop {
    private final NormLoops loops;
    private final NormBlocks blocks;
    private final float least;
    private long x;
    private long y;
    private long planes;

    Normalise(NormLoops loops, NormBlocks blocks, boolean relu) {
      this.loops = loops;
      this.blocks = blocks;
      least = relu ? 0 : Float.NEGATIVE_INFINITY;
    }

    @Override
    public void run(long from, long to, int worker) {
      for (long unit = from; unit < to; unit++) {
        int block = blocks.blockOf(unit);
        ChannelGroup group = blocks.groupOf(unit);
        long first = blocks.firstRow(block);
        long at = blocks.offset(group, first);
        int rows = (int) (blocks.endRow(block) - first);
        loops.normalise(group, x + at, y + at, rows, group.in(planes), least);
      }
    }
  }

  private static final class Gradient implements WorkerPool.Loop {
    private final NormLoops loops;
    private final ElementLoops elements;
    private final NormBlocks blocks;
    private final CountingRows counting;
    private long x;
    private long dy;
    private long dx;
    private long planes;

    Gradient(Simd simd, NormBlocks blocks, CountingRows counting) {
      loops = simd.norms();
      elements = simd.elements();
      this.blocks = blocks;
      this.counting = counting;
    }

    @Override
    public void run(long from, long to, int worker) {
      for (long unit = from; unit < to; unit++) {
        int block = blocks.blockOf(unit);
        ChannelGroup group = blocks.groupOf(unit);
        long end = blocks.endRow(block);
        long next;
        for (long row = blocks.firstRow(block); row < end; row = next) {
          next = counting.stretch(row, end);
          long at = blocks.offset(group, row);
          int rows = (int) (next - row);
          if (counting.counts(row)) {
            loops.gradient(group, x + at, dy + at, dx + at, rows, group.in(planes));
          } else {
            clear(group, dx + at, rows);
          }
        }
      }
    }

    private void clear(ChannelGroup group, long target, int rows) {
      for (int i = 0; i < rows; i++) {
        elements.fill(target + i * group.plane(), group.width(), 0);
      }
    }
  }
}
