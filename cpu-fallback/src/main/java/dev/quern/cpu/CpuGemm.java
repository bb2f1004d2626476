package dev.quern.cpu;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.core.UnsupportedSpecException;
import dev.quern.kernels.Gemm;
import org.jspecify.annotations.Nullable;

/** Matrix product by register tiles, laid out as {@link GemmPlan} decides. */
final class CpuGemm extends Gemm {
  private final WorkerPool pool;
  private final GemmPlan plan;
  private final String implementation;

  CpuGemm(CpuDevice device, Spec spec) {
    super(device, spec);
    requireIntOffsets(device, spec);
    pool = device.pool();
    TileSet tiles = device.simd().tiles();
    plan = GemmPlan.of(spec, tiles, pool.workers());
    implementation =
        device.simd().name() + ":" + plan.name() + "-" + plan.product().tileName(tiles.lanes());
  }

  private static void requireIntOffsets(CpuDevice device, Spec spec) {
    double a = (double) (spec.transA() ? spec.k() : spec.m()) * spec.lda();
    double b = (double) (spec.transB() ? spec.n() : spec.k()) * spec.ldb();
    double c = (double) spec.m() * spec.ldc();
    double largest = Math.max(Math.max(a, b), c);
    if (largest > Integer.MAX_VALUE) {
      throw new UnsupportedSpecException(
          device.id(), spec, "each matrix must have fewer than 2^31 elements, gaps included");
    }
  }

  @Override
  public String implementation() {
    return implementation;
  }

  @Override
  public long workspaceBytes() {
    return plan.workspaceBytes();
  }

  @Override
  protected void runProduct(
      Stream stream, DeviceBuffer a, DeviceBuffer b, @Nullable DeviceBuffer bias, DeviceBuffer c) {
    plan.run(
        pool,
        CpuBuffer.address(a),
        CpuBuffer.address(b),
        CpuBuffer.addressOrZero(bias),
        CpuBuffer.address(c),
        CpuStream.workspace(stream));
  }
}
