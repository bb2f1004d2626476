package dev.quern.cpu;

import org.jspecify.annotations.Nullable;

/**
 * A pass as a product over indirection tables, with filters or their gradient in packed order
 * through the workspace where the pass needs that.
 */
final class DirectPass implements ConvPass {
  private final WorkerPool pool;
  private final ProductLoop product;
  private final @Nullable Rearrangement pack;
  private final @Nullable PartialSums total;
  private final @Nullable Rearrangement unpack;
  private final long workspaceBytes;
  private final boolean turned;
  private final String name;

  private DirectPass(
      CpuDevice device,
      ProductLoop product,
      @Nullable Rearrangement pack,
      @Nullable PartialSums total,
      @Nullable Rearrangement unpack,
      long workspaceBytes,
      boolean turned) {
    pool = device.pool();
    this.product = product;
    this.pack = pack;
    this.total = total;
    this.unpack = unpack;
    this.workspaceBytes = workspaceBytes;
    this.turned = turned;
    name = "indirect-" + product.tileName(device.simd().tiles().lanes());
  }

  static DirectPass forward(CpuDevice device, ConvProducts products, FilterLayouts layouts) {
    return new DirectPass(
        device, products.forward(), layouts.packPanels(), null, null, layouts.packedBytes(), false);
  }

  static DirectPass backwardData(CpuDevice device, ConvProducts products) {
    return new DirectPass(device, products.backwardData(), null, null, null, 0, false);
  }

  static DirectPass backwardFilter(
      CpuDevice device, FilterGradient gradient, FilterLayouts layouts) {
    long sum = gradient.sumElements();
    return new DirectPass(
        device,
        gradient.loop(),
        null,
        new PartialSums(device.simd().elements(), gradient.pieces(), sum),
        gradient.turned() ? layouts.unpackTurned(gradient.lead()) : layouts.unpack(),
        gradient.pieces() * sum * Float.BYTES,
        gradient.turned());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long workspaceBytes() {
    return workspaceBytes + NativeMemory.SLACK_BYTES;
  }

  @Override
  public void run(long first, long second, long bias, long result, long workspace) {
    if (pack != null) {
      pack.run(pool, second, workspace);
      product.run(pool, first, workspace, result, bias);
    } else if (total != null && unpack != null) {
      product.run(pool, turned ? second : first, turned ? first : second, workspace, 0);
      total.run(pool, workspace);
      unpack.run(pool, workspace, result);
    } else {
      product.run(pool, first, second, result, 0);
    }
  }
}
