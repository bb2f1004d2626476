package dev.quern.cpu;

import dev.quern.cpu.Rearrangement.Axis;
import dev.quern.kernels.Conv2d;
import java.util.ArrayList;
import java.util.List;

/** The gradient by an input of few channels, by {@link PixelGroups}. */
final class GroupedDataPass implements ConvPass {
  private final WorkerPool pool;
  private final PixelGroups groups;
  private final List<Phase> phases = new ArrayList<>();
  private final long line;
  private final long packedBytes;
  private final long workspaceBytes;
  private final String name;

  /**
   * The rows of the input that are one phase of the stride.
   *
   * @param product computes them, one behind the other
   * @param lead elements between rows of the packed filters
   * @param spread puts them where they belong
   */
  private record Phase(ProductLoop product, int lead, Rearrangement spread) {}

  GroupedDataPass(CpuDevice device, Conv2d.Spec spec) {
    pool = device.pool();
    groups = PixelGroups.best(spec);
    TileSet tiles = device.simd().tiles();
    line = (long) spec.w() * spec.c();
    int rows = spec.h() / spec.strideH();
    long packed = 0;
    for (int phase = 0; phase < spec.strideH(); phase++) {
      ConvProducts products = new ConvProducts(groups.forward(phase), tiles);
      Rearrangement spread =
          new Rearrangement(
              tiles.squares(),
              new Axis(spec.n(), rows * line, spec.h() * line),
              new Axis(rows, line, spec.strideH() * line),
              new Axis((int) line, 1, 1));
      phases.add(new Phase(new ProductLoop(products.forward()), products.lead(), spread));
      packed = Math.max(packed, products.packedGroup());
    }
    packedBytes = packed * Float.BYTES;
    workspaceBytes = packedBytes + line * rows * spec.n() * Float.BYTES + NativeMemory.SLACK_BYTES;
    name =
        "grouped%d-%s"
            .formatted(groups.pixels(), phases.getFirst().product().tileName(tiles.lanes()));
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
  public void run(long dy, long w, long bias, long dx, long workspace) {
    long rows = workspace + packedBytes;
    for (int i = 0; i < phases.size(); i++) {
      Phase phase = phases.get(i);
      groups.pack(i, w, workspace, phase.lead());
      phase.product().run(pool, dy, workspace, rows, 0);
      phase.spread().run(pool, rows, dx + line * i * Float.BYTES);
    }
  }
}
