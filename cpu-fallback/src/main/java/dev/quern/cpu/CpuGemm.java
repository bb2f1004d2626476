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
    plan = GemmPlan.of(spec, tiles);
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
    long addressA = CpuBuffer.address(a);
    long addressB = CpuBuffer.address(b);
    long addressC = CpuBuffer.address(c);
    long addressBias = CpuBuffer.addressOrZero(bias);
    long packed = CpuStream.workspace(stream);
    long result = packed + plan.packedElements() * Float.BYTES;
    Rearrangement pack = plan.pack();
    Rearrangement unpack = plan.unpack();
    if (unpack != null && pack != null) {
      pack.run(pool, addressA, packed);
      plan.product().run(pool, addressB, packed, result, 0);
      unpack.run(pool, result, addressC);
    } else if (pack != null) {
      pack.run(pool, addressB, packed);
      plan.product().run(pool, addressA, packed, addressC, addressBias);
    } else {
      plan.product().run(pool, addressA, addressB, addressC, addressBias);
    }
  }
}
