package dev.quern.cpu;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.core.UnsupportedSpecException;
import dev.quern.cpu.IndirectProduct.Repeat;
import dev.quern.cpu.Rearrangement.Axis;
import dev.quern.cpu.TileShape.Ending;
import dev.quern.kernels.Gemm;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Matrix product by register tiles. A is read in place, transposed or not; B must have its rows
 * contiguous, so a transposed B is laid out anew in the workspace first.
 */
final class CpuGemm extends Gemm {
  private final WorkerPool pool;
  private final ProductLoop product;
  private final @Nullable Rearrangement transposeB;
  private final int packedB;
  private final String implementation;

  CpuGemm(CpuDevice device, Spec spec) {
    super(device, spec);
    requireIntOffsets(device, spec);
    pool = device.pool();
    boolean packs = spec.transB() && spec.n() > 1 && spec.batch() > 0;
    packedB = packs ? (spec.strideB() == 0 ? 1 : spec.batch()) : 0;
    int ldb = packs ? packedLead(device, spec) : spec.transB() ? 1 : spec.ldb();
    long sizeB = (long) spec.k() * ldb;
    transposeB =
        packs
            ? new Rearrangement(
                new Axis(packedB, spec.strideB(), sizeB),
                new Axis(spec.k(), 1, ldb),
                new Axis(spec.n(), spec.ldb(), 1))
            : null;
    IndirectTables tables =
        new IndirectTables(
            IndirectTables.regular(spec.m(), spec.transA() ? 1 : spec.lda()),
            IndirectTables.regular(spec.m(), spec.ldc()),
            IndirectTables.regularSteps(spec.k(), spec.transA() ? spec.lda() : 1, ldb));
    Repeat batch =
        new Repeat(
            spec.batch(),
            spec.strideA(),
            packs ? (packedB == 1 ? 0 : sizeB) : spec.strideB(),
            spec.strideC(),
            0);
    Ending ending =
        new Ending(
            spec.alpha() != 1,
            spec.beta() != 0,
            spec.epilogue().hasBias(),
            spec.epilogue().hasRelu());
    TileSet tiles = device.simd().tiles();
    boolean empty = spec.m() == 0 || spec.n() == 0 || spec.batch() == 0;
    product =
        new ProductLoop(
            empty
                ? List.of()
                : List.of(
                    new ProductLoop.Part(
                        new IndirectProduct(
                            tiles, tables, spec.n(), ending, spec.alpha(), spec.beta(), batch,
                            Repeat.ONCE),
                        0,
                        0,
                        0)));
    implementation =
        device.simd().name() + ":tile-" + product.tileName(tiles.lanes()) + (packs ? "-packed" : "");
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

  /** Row length of a packed B: whole vectors, so that no load straddles two cache lines. */
  private static int packedLead(CpuDevice device, Spec spec) {
    int lanes = device.simd().lanes();
    return (spec.n() + lanes - 1) / lanes * lanes;
  }

  @Override
  public String implementation() {
    return implementation;
  }

  @Override
  public long workspaceBytes() {
    if (transposeB == null) {
      return 0;
    }
    CpuDevice device = (CpuDevice) device();
    return (long) packedB * spec().k() * packedLead(device, spec()) * Float.BYTES;
  }

  @Override
  protected void runProduct(
      Stream stream, DeviceBuffer a, DeviceBuffer b, @Nullable DeviceBuffer bias, DeviceBuffer c) {
    long addressB = CpuBuffer.address(b);
    if (transposeB != null) {
      long packed = CpuStream.workspace(stream);
      transposeB.run(pool, addressB, packed);
      addressB = packed;
    }
    product.run(
        pool,
        CpuBuffer.address(a),
        addressB,
        CpuBuffer.address(c),
        CpuBuffer.addressOrZero(bias));
  }
}
