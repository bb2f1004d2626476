package dev.quern.cpu;

import dev.quern.cpu.HeldPanels.Panel;
import dev.quern.kernels.Conv2d;
import java.util.Arrays;

/** The forward pass with {@link HeldFilters}. The workspace holds the filters in packed order. */
final class HeldForwardPass implements ConvPass, WorkerPool.Loop {
  private final WorkerPool pool;
  private final Conv2d.Spec spec;
  private final HeldPanels panels;
  private final ElementLoops elements;
  private final Rearrangement pack;
  private final long packedBytes;
  private final String name;
  private long x;
  private long packed;
  private long bias;
  private long y;
  private boolean finiteFilters;

  HeldForwardPass(CpuDevice device, Conv2d.Spec spec, FilterLayouts layouts) {
    pool = device.pool();
    this.spec = spec;
    TileSet tiles = device.simd().tiles();
    panels = new HeldPanels(spec, tiles);
    elements = device.simd().elements();
    pack = layouts.pack();
    packedBytes = layouts.packedBytes();
    name = panels.name(tiles.lanes());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long workspaceBytes() {
    return packedBytes;
  }

  @Override
  public void run(long first, long second, long addend, long result, long workspace) {
    pack.run(pool, second, workspace);
    x = first;
    packed = workspace;
    bias = addend;
    y = result;
    finiteFilters = elements.finite(packed, panels.taps() * spec.k());
    if (spec.epilogue().hasBias()) {
      finiteFilters &= elements.finite(bias, spec.k());
    }
    pool.run((long) spec.n() * spec.p(), panels.rowNanos(), this);
  }

  /** Units are rows of outputs. */
  @Override
  public void run(long from, long to, int worker) {
    float[] w = filters();
    long image = 4L * spec.h() * spec.w() * spec.c();
    for (long at = from; at < to; ) {
      int row = (int) (at % spec.p());
      int rows = (int) Math.min(panels.mostRows(), Math.min(to - at, spec.p() - row));
      long source = x + at / spec.p() * image + 4L * row * panels.next();
      int count = panels.elements(rows);
      boolean finite = finiteFilters && elements.finite(source, count);
      float[] lines = Scratch.ofThisThread().floats(0, count);
      NativeMemory.load(source, lines, 0, count);
      long target = y + 4L * at * spec.q() * spec.k();
      for (Panel panel : panels.all()) {
        panels.run(panel, lines, finite, rows, w, panel.first() * (panels.taps() + 1), target);
      }
      at += rows;
    }
  }

  /** For each panel its rows of filters, and the biases or zeros behind them. */
  private float[] filters() {
    int rows = panels.taps() + 1;
    float[] w = Scratch.ofThisThread().floats(1, rows * spec.k());
    int at = 0;
    for (Panel panel : panels.all()) {
      for (int tap = 0; tap < panels.taps(); tap++) {
        long row = packed + 4L * ((long) tap * spec.k() + panel.first());
        NativeMemory.load(row, w, at, panel.width());
        at += panel.width();
      }
      if (spec.epilogue().hasBias()) {
        NativeMemory.load(bias + 4L * panel.first(), w, at, panel.width());
      } else {
        Arrays.fill(w, at, at + panel.width(), 0);
      }
      at += panel.width();
    }
    return w;
  }
}
