package dev.quern.cpu;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.ClipNorm;

/**
 * Clipping by the norm: chunks are summed up in parallel and in double, where no square of a
 * float32 overflows, then their sums in order; elements are written only if the norm is too large.
 */
final class CpuClipNorm extends ClipNorm {
  private static final float SHRINK = 0x1p-90f;

  private final String implementation;
  private final Squares squares;
  private final Scale scale;

  CpuClipNorm(CpuDevice device, Spec spec) {
    super(device, spec);
    implementation = device.simd().name() + ":elements";
    squares = new Squares(device, spec.count());
    scale = new Scale(device, spec.count());
  }

  @Override
  public String implementation() {
    return implementation;
  }

  @Override
  public long workspaceBytes() {
    return Double.BYTES * chunks();
  }

  private long chunks() {
    return (spec().count() + ElementPass.CHUNK - 1) / ElementPass.CHUNK;
  }

  @Override
  protected void runClip(Stream stream, DeviceBuffer g) {
    squares.g = CpuBuffer.address(g);
    squares.sums = CpuStream.workspace(stream);
    squares.run();
    double sum = 0;
    for (long i = 0; i < chunks(); i++) {
      sum += NativeMemory.getDouble(squares.sums + Double.BYTES * i);
    }
    double norm = Math.sqrt(sum);
    if (norm <= spec().limit()) {
      return;
    }
    scale.g = squares.g;
    double factor = Double.isFinite(norm) ? spec().limit() / norm : Double.NaN;
    if (factor < Float.MIN_NORMAL) { // which float32 holds badly or not at all
      scale.run(SHRINK);
      factor /= SHRINK;
    }
    scale.run((float) factor);
  }

  private static final class Squares extends ElementPass {
    private final ElementLoops loops;
    private long g;
    private long sums;

    Squares(CpuDevice device, long count) {
      super(device.pool(), count, 4);
      loops = device.simd().elements();
    }

    /** By whole chunks, wherever the work was cut. */
    @Override
    protected void apply(long start, int count) {
      for (int from = 0; from < count; from += CHUNK) {
        long at = start + from;
        double sum = loops.sumOfSquares(g + 4 * at, Math.min(CHUNK, count - from));
        NativeMemory.setDouble(sums + Double.BYTES * (at / CHUNK), sum);
      }
    }
  }

  private static final class Scale extends ElementPass {
    private final ElementLoops loops;
    private long g;
    private float factor;

    Scale(CpuDevice device, long count) {
      super(device.pool(), count, 8);
      loops = device.simd().elements();
    }

    void run(float by) {
      factor = by;
      run();
    }

    @Override
    protected void apply(long start, int count) {
      loops.scale(g + 4 * start, g + 4 * start, count, factor, 0);
    }
  }
}
