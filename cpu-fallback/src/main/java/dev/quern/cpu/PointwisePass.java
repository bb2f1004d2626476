package dev.quern.cpu;

import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Gemm;

/**
 * A pass of a convolution by filters of one tap that step from pixel to pixel: a product of
 * matrices, whose rows or whose sums are all pixels of the batch, and which is packed as {@link
 * GemmPlan} has it.
 */
final class PointwisePass implements ConvPass {
  private final WorkerPool pool;
  private final GemmPlan plan;
  private final boolean changed;
  private final String name;

  /**
   * A pass.
   *
   * @param changed whether the product's left operand is the pass's second
   */
  private PointwisePass(CpuDevice device, Gemm.Spec product, boolean changed) {
    TileSet tiles = device.simd().tiles();
    pool = device.pool();
    plan = GemmPlan.of(product, tiles, pool.workers());
    this.changed = changed;
    name = "pointwise-" + plan.name() + "-" + plan.product().tileName(tiles.lanes());
  }

  /** y[pixels, k] = x[pixels, c] w[k, c]'. */
  static PointwisePass forward(CpuDevice device, Conv2d.Spec spec) {
    Gemm.Builder product = Gemm.builder(pixels(spec), spec.k(), spec.c());
    return new PointwisePass(
        device, product.transposed(false, true).epilogue(spec.epilogue()).build(), false);
  }

  /** dx[pixels, c] = dy[pixels, k] w[k, c]. */
  static PointwisePass backwardData(CpuDevice device, Conv2d.Spec spec) {
    return new PointwisePass(device, Gemm.builder(pixels(spec), spec.c(), spec.k()).build(), false);
  }

  /** dw[k, c] = dy[pixels, k]' x[pixels, c]. */
  static PointwisePass backwardFilter(CpuDevice device, Conv2d.Spec spec) {
    Gemm.Builder product = Gemm.builder(spec.k(), spec.c(), pixels(spec));
    return new PointwisePass(device, product.transposed(true, false).build(), true);
  }

  private static int pixels(Conv2d.Spec spec) {
    return spec.n() * spec.h() * spec.w();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long workspaceBytes() {
    return plan.workspaceBytes() + NativeMemory.SLACK_BYTES;
  }

  @Override
  public void run(long first, long second, long bias, long result, long workspace) {
    plan.run(pool, changed ? second : first, changed ? first : second, bias, result, workspace);
  }
}
