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
    double largest =
        Math.max(
            Math.max((double) spec.m(), spec.k()) * spec.lda(),
            Math.max(
                Math.max((double) spec.n(), spec.k()) * spec.ldb(),
                (double) spec.m() * spec.ldc()));
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
    return (plan.packedElements() + plan.resultElements()) * Float.BYTES;
  }

  @Override
  protected void runProduct(
      Stream stream, DeviceBuffer a, DeviceBuffer b, @Nullable DeviceBuffer bias, DeviceBuffer c) {
    long free = CpuStream.workspace(stream);
    long left = CpuBuffer.address(plan.turned() ? b : a);
    long right = CpuBuffer.address(plan.turned() ? a : b);
    if (plan.left() != null) {
      plan.left().rearrangement().run(pool, left, free);
      left = free;
      free += plan.left().elements() * Float.BYTES;
    }
    if (plan.right() != null) {
      plan.right().rearrangement().run(pool, right, free);
      right = free;
      free += plan.right().elements() * Float.BYTES;
    }
    long addressC = CpuBuffer.address(c);
    if (plan.unpack() != null) {
      plan.product().run(pool, left, right, free, 0);
      plan.unpack().run(pool, free, addressC);
    } else {
      plan.product().run(pool, left, right, addressC, CpuBuffer.addressOrZero(bias));
    }
  }
}
