package dev.quern.cpu;

import dev.quern.cpu.ProductLoop.Part;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A direct pass forward or back to the input as products over indirection tables, whose filters are
 * read in place, packed panel by panel, or all packed into the workspace first.
 */
final class DirectPass implements ConvPass {
  private final WorkerPool pool;
  private final Products products;
  private final @Nullable Rearrangement pack;
  private final long packedBytes;
  private final String name;

  private DirectPass(
      CpuDevice device, Products products, @Nullable Rearrangement pack, long packedBytes) {
    pool = device.pool();
    this.products = products;
    this.pack = pack;
    this.packedBytes = packedBytes;
    name = "indirect-" + products.tileName(device.simd().tiles().lanes());
  }

  static DirectPass forward(CpuDevice device, ConvProducts products, FilterLayouts layouts) {
    List<Part> parts = products.forward();
    return PanelLoop.suits(parts)
        ? inPanels(device, parts, layouts.packPanel())
        : packed(device, parts, layouts.packPanels(), layouts.packedBytes());
  }

  static DirectPass backwardData(CpuDevice device, ConvProducts products, FilterLayouts layouts) {
    List<Part> parts = products.backwardData();
    if (!layouts.packsChannels()) {
      return packed(device, parts, null, 0);
    }
    return PanelLoop.suits(parts)
        ? inPanels(device, parts, layouts.packPanelOfChannels())
        : packed(device, parts, layouts.packChannels(), layouts.bytes());
  }

  private static DirectPass inPanels(
      CpuDevice device, List<Part> parts, PanelLoop.Packing packing) {
    PanelLoop loop = new PanelLoop(parts, packing, device.pool().workers());
    return new DirectPass(device, loop, null, 0);
  }

  private static DirectPass packed(
      CpuDevice device, List<Part> parts, @Nullable Rearrangement pack, long packedBytes) {
    return new DirectPass(device, new ProductLoop(parts), pack, packedBytes);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long workspaceBytes() {
    return packedBytes + products.workspaceBytes() + NativeMemory.SLACK_BYTES;
  }

  @Override
  public void run(long first, long second, long bias, long result, long workspace) {
    long filters = second;
    if (pack != null) {
      pack.run(pool, second, workspace);
      filters = workspace;
    }
    products.run(pool, first, filters, result, bias, workspace + packedBytes);
  }
}
