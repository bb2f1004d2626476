package dev.quern.cpu;

import org.jspecify.annotations.Nullable;

/**
 * A direct pass forward or back to the input as a product over indirection tables, with filters
 * packed into the workspace where the pass needs that.
 */
final class DirectPass implements ConvPass {
  private final WorkerPool pool;
  private final ProductLoop product;
  private final @Nullable Rearrangement pack;
  private final long workspaceBytes;
  private final String name;

  private DirectPass(
      CpuDevice device, ProductLoop product, @Nullable Rearrangement pack, long packedBytes) {
    pool = device.pool();
    this.product = product;
    this.pack = pack;
    workspaceBytes = packedBytes + NativeMemory.SLACK_BYTES;
    name = "indirect-" + product.tileName(device.simd().tiles().lanes());
  }

  static DirectPass forward(CpuDevice device, ConvProducts products, FilterLayouts layouts) {
    return new DirectPass(device, products.forward(), layouts.packPanels(), layouts.packedBytes());
  }

  static DirectPass backwardData(CpuDevice device, ConvProducts products, FilterLayouts layouts) {
    ProductLoop product = products.backwardData();
    return layouts.packsChannels()
        ? new DirectPass(device, product, layouts.packChannels(), layouts.bytes())
        : new DirectPass(device, product, null, 0);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long workspaceBytes() {
    return workspaceBytes;
  }

  @Override
  public void run(long first, long second, long bias, long result, long workspace) {
    if (pack == null) {
      product.run(pool, first, second, result, 0);
    } else {
      pack.run(pool, second, workspace);
      product.run(pool, first, workspace, result, bias);
    }
  }
}
