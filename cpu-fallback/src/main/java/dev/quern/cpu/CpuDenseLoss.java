package dev.quern.cpu;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.DenseLoss;
import dev.quern.kernels.GatherBatch;
import org.jspecify.annotations.Nullable;

/**
 * Losses against dense targets: rows in parallel, each leaving its loss and hit in the workspace,
 * then one thread sums those up in the order of rows.
 */
final class CpuDenseLoss extends DenseLoss {
  private final WorkerPool pool;
  private final double nanos;
  private final Rows rows;
  private final String implementation;

  CpuDenseLoss(CpuDevice device, Spec spec) {
    super(device, spec);
    pool = device.pool();
    nanos = 2 * CpuSoftmax.nanos(spec.outputs());
    rows = new Rows(device.simd(), spec);
    implementation = device.simd().name() + ":rows";
  }

  @Override
  public String implementation() {
    return implementation;
  }

  @Override
  public long workspaceBytes() {
    return (long) spec().rows() * RowResults.BYTES;
  }

  @Override
  protected void runLoss(
      Stream stream,
      DeviceBuffer z,
      DeviceBuffer targets,
      DeviceBuffer labels,
      @Nullable DeviceBuffer loss,
      @Nullable DeviceBuffer dz,
      @Nullable DeviceBuffer totalLoss,
      @Nullable DeviceBuffer totalHits) {
    rows.z = CpuBuffer.address(z);
    rows.targets = CpuBuffer.address(targets);
    rows.labels = CpuBuffer.address(labels);
    rows.dz = CpuBuffer.addressOrZero(dz);
    rows.results = CpuStream.workspace(stream);
    int counting = RowResults.counting(rows.labels, spec().rows(), GatherBatch.IGNORED);
    rows.scale = 1f / counting;
    pool.run(spec().rows(), nanos, rows);
    double sum = RowResults.losses(rows.results, spec().rows());
    if (loss != null) {
      NativeMemory.setFloat(CpuBuffer.address(loss), (float) (sum / counting));
    }
    if (totalLoss != null) {
      long at = CpuBuffer.address(totalLoss);
      NativeMemory.setFloat(at, (float) (NativeMemory.getFloat(at) + sum));
    }
    if (totalHits != null) {
      long at = CpuBuffer.address(totalHits);
      int hits = RowResults.hits(rows.results, spec().rows());
      NativeMemory.setInt(at, NativeMemory.getInt(at) + hits);
    }
  }

  private static final class Rows implements WorkerPool.Loop {
    private final DenseLossLoops loops;
    private final ElementLoops elements;
    private final Kind kind;
    private final int outputs;
    private long z;
    private long targets;
    private long labels;
    private long dz;
    private long results;
    private float scale;

    Rows(Simd simd, Spec spec) {
      loops = simd.denseLosses();
      elements = simd.elements();
      kind = spec.kind();
      outputs = spec.outputs();
    }

    @Override
    public void run(long from, long to, int worker) {
      for (long row = from; row < to; row++) {
        long at = 4 * row * outputs;
        run(row, z + at, targets + at, dz == 0 ? 0 : dz + at);
      }
    }

    private void run(long row, long x, long t, long gradient) {
      long result = results + row * RowResults.BYTES;
      if (NativeMemory.getInt(labels + 4 * row) == GatherBatch.IGNORED) {
        RowResults.write(result, 0, false);
        if (gradient != 0) {
          elements.fill(gradient, outputs, 0);
        }
        return;
      }
      switch (kind) {
        case CATEGORICAL_CROSS_ENTROPY -> loops.categorical(x, t, outputs, scale, gradient, result);
        case BINARY_CROSS_ENTROPY -> loops.binary(x, t, outputs, scale, gradient, result);
        case MEAN_SQUARED_ERROR -> loops.squares(x, t, outputs, scale, gradient, result);
      }
    }
  }
}
