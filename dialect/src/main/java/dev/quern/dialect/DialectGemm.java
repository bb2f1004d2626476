package dev.quern.dialect;

import static dev.quern.dialect.Product.A;
import static dev.quern.dialect.Product.B;
import static dev.quern.dialect.Product.BIAS;
import static dev.quern.dialect.Product.C;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.core.UnsupportedSpecException;
import dev.quern.kernels.Gemm;
import org.jspecify.annotations.Nullable;

/** Matrix product, laid out as {@link GemmPlan} decides. */
public final class DialectGemm extends Gemm {
  private final Parts parts;
  private final GemmPlan plan;

  /**
   * Prepares it. The kernel closes its parts; if this fails, the caller does.
   *
   * @throws dev.quern.core.UnsupportedSpecException if it has 2^31 elements or more
   */
  public DialectGemm(Parts parts, Spec spec) {
    super(parts.device(), spec);
    this.parts = parts;
    requireIntOffsets(parts, spec);
    plan = GemmPlan.of(parts, spec);
  }

  private static void requireIntOffsets(Parts parts, Spec s) {
    double a = (double) (s.transA() ? s.k() : s.m()) * s.lda();
    double b = (double) (s.transB() ? s.n() : s.k()) * s.ldb();
    double c = (double) s.m() * s.ldc();
    double largest = Math.max(Math.max(a, b), c);
    if (largest > Integer.MAX_VALUE) {
      throw new UnsupportedSpecException(
          parts.device().id(), s, "each matrix must have fewer than 2^31 elements, gaps included");
    }
  }

  @Override
  public String implementation() {
    return plan.name();
  }

  @Override
  public long workspaceBytes() {
    return plan.packedElements() * Float.BYTES;
  }

  @Override
  protected void runProduct(
      Stream stream, DeviceBuffer a, DeviceBuffer b, @Nullable DeviceBuffer bias, DeviceBuffer c) {
    DeviceBuffer left = plan.turned() ? b : a;
    DeviceBuffer right = plan.turned() ? a : b;
    Launch product = plan.product().launch();
    Rearrangement pack = plan.pack();
    if (pack == null) {
      product.buffer(B, right);
    } else {
      long packed = parts.workspace(stream);
      pack.launch().buffer(0, right).memory(1, packed, 0).run(stream);
      product.memory(B, packed, 0);
    }
    product.buffer(A, left).buffer(BIAS, bias == null ? left : bias).buffer(C, c).run(stream);
  }

  @Override
  protected void release() {
    parts.close();
  }
}
