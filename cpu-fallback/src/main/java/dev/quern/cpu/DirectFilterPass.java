package dev.quern.cpu;

/**
 * A direct gradient by the filters: partial sums in the workspace, which are added up and put in
 * the filters' order.
 */
final class DirectFilterPass implements ConvPass {
  private final WorkerPool pool;
  private final ProductLoop product;
  private final boolean turned;
  private final PartialSums total;
  private final Rearrangement unpack;
  private final long workspaceBytes;
  private final String name;

  DirectFilterPass(CpuDevice device, FilterGradient gradient, FilterLayouts layouts) {
    pool = device.pool();
    product = gradient.loop();
    turned = gradient.turned();
    long sum = gradient.sumElements();
    total = new PartialSums(device.simd().elements(), gradient.pieces(), sum);
    unpack = turned ? layouts.unpackTurned(gradient.lead()) : layouts.unpack();
    workspaceBytes = gradient.pieces() * sum * Float.BYTES + NativeMemory.SLACK_BYTES;
    name = "indirect-" + product.tileName(device.simd().tiles().lanes());
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
  public void run(long x, long dy, long bias, long dw, long workspace) {
    product.run(pool, turned ? dy : x, turned ? x : dy, workspace, 0);
    total.run(pool, workspace);
    unpack.run(pool, workspace, dw);
  }
}
