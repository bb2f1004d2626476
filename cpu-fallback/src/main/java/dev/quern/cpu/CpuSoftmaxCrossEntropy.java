package dev.quern.cpu;

import static dev.quern.cpu.NativeMemory.getFloat;
import static dev.quern.cpu.NativeMemory.getInt;
import static dev.quern.cpu.NativeMemory.setFloat;
import static dev.quern.cpu.NativeMemory.setInt;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.SoftmaxCrossEntropy;
import org.jspecify.annotations.Nullable;

/**
 * Softmax cross-entropy: rows in parallel, each leaving its loss and hit in the workspace, then one
 * thread sums those up in the order of rows.
 */
final class CpuSoftmaxCrossEntropy extends SoftmaxCrossEntropy {
  private final WorkerPool pool;
  private final double nanos;
  private final Rows rows;
  private final String implementation;

  CpuSoftmaxCrossEntropy(CpuDevice device, Spec spec) {
    super(device, spec);
    pool = device.pool();
    nanos = CpuSoftmax.nanos(spec.classes());
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
      DeviceBuffer labels,
      @Nullable DeviceBuffer upstream,
      @Nullable DeviceBuffer loss,
      @Nullable DeviceBuffer dz,
      @Nullable DeviceBuffer totalLoss,
      @Nullable DeviceBuffer totalHits) {
    rows.z = CpuBuffer.address(z);
    rows.labels = CpuBuffer.address(labels);
    rows.upstream = CpuBuffer.addressOrZero(upstream);
    rows.dz = CpuBuffer.addressOrZero(dz);
    rows.results = CpuStream.workspace(stream);
    rows.divisor =
        spec().reduction() == Reduction.MEAN
            ? RowResults.counting(rows.labels, spec().rows(), spec().ignoredLabel())
            : 1;
    pool.run(spec().rows(), nanos, rows);
    double sum = RowResults.losses(rows.results, spec().rows());
    if (loss != null) {
      writeLoss(CpuBuffer.address(loss), sum);
    }
    if (totalLoss != null) {
      long at = CpuBuffer.address(totalLoss);
      setFloat(at, (float) (getFloat(at) + sum));
    }
    if (totalHits != null) {
      long at = CpuBuffer.address(totalHits);
      setInt(at, getInt(at) + RowResults.hits(rows.results, spec().rows()));
    }
  }

  private void writeLoss(long loss, double sum) {
    if (spec().reduction() != Reduction.NONE) {
      setFloat(loss, (float) (sum / rows.divisor));
      return;
    }
    for (int i = 0; i < spec().rows(); i++) {
      setFloat(loss + 4L * i, getFloat(rows.results + (long) i * RowResults.BYTES));
    }
  }

  private static final class Rows implements WorkerPool.Loop {
    private final SoftmaxLoops loops;
    private final ElementLoops elements;
    private final int classes;
    private final int ignored;
    private final boolean reduced;
    private long z;
    private long labels;
    private long upstream;
    private long dz;
    private long results;
    private int divisor;

    Rows(Simd simd, Spec spec) {
      loops = simd.softmaxes();
      elements = simd.elements();
      classes = spec.classes();
      ignored = spec.ignoredLabel();
      reduced = spec.reduction() != Reduction.NONE;
    }

    @Override
    public void run(long from, long to, int worker) {
      for (long row = from; row < to; row++) {
        int label = getInt(labels + 4 * row);
        long at = 4 * row * classes;
        long gradient = dz == 0 ? 0 : dz + at;
        long result = results + row * RowResults.BYTES;
        if (label == ignored) {
          spread(0, gradient, result);
        } else if (label < 0 || label >= classes) {
          spread(Float.NaN, gradient, result); // never a silent wrong answer
        } else {
          loops.loss(z + at, classes, label, scale(row), gradient, result);
        }
      }
    }

    private float scale(long row) {
      float u = upstream == 0 ? 1 : getFloat(reduced ? upstream : upstream + 4 * row);
      return u / divisor;
    }

    /** A row without a loss of its own: one value everywhere, and no hit. */
    private void spread(float value, long gradient, long result) {
      RowResults.write(result, value, false);
      if (gradient != 0) {
        elements.fill(gradient, classes, value);
      }
    }
  }
}
