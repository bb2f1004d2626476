package dev.quern.cpu;

import dev.quern.kernels.Conv2d;

/**
 * The loops that make up a pass with {@link HeldFilters}: one for every so many filters as fit into
 * the registers. And how they go over the lines of an image.
 */
final class HeldPanels {
  /** Elements of the lines at a time, where windows are not larger: half of a first-level cache. */
  private static final int LINES_ELEMENTS = 4096;

  /** What a multiply-add of vectors takes, about. */
  private static final double NANOS = 0.4;

  private final Conv2d.Spec spec;
  private final Panel[] panels;
  private final int taps;
  private final int line;
  private final int windowLines;
  private final int mostRows;
  private final double rowNanos;

  /**
   * Some of the filters.
   *
   * @param loops computes them
   * @param finiteLoops computes them where all operands are finite
   * @param first number of the first
   * @param width how many
   */
  record Panel(
      Warming<HeldFilters> loops, Warming<HeldFilters> finiteLoops, int first, int width) {}

  HeldPanels(Conv2d.Spec spec, TileSet tiles) {
    this.spec = spec;
    taps = spec.r() * spec.s() * spec.c();
    line = spec.w() * spec.c();
    windowLines = (spec.r() - 1) * spec.dilationH() + 1;
    mostRows = Math.max(1, (LINES_ELEMENTS / line - windowLines) / spec.strideH() + 1);
    int most = tiles.heldVectors(taps) * tiles.lanes();
    panels = new Panel[(spec.k() + most - 1) / most];
    for (int i = 0; i < panels.length; i++) {
      int width = Math.min(most, spec.k() - i * most);
      Warming<HeldFilters> loops = tiles.held(HeldShape.of(spec, width / tiles.lanes(), false));
      Warming<HeldFilters> finite = tiles.held(HeldShape.of(spec, width / tiles.lanes(), true));
      panels[i] = new Panel(loops, finite, i * most, width);
    }
    rowNanos = NANOS * taps * spec.k() / tiles.lanes() * spec.q();
  }

  /** All of them; not a copy, and not to be written to. */
  Panel[] all() {
    return panels;
  }

  /** Elements of a window. */
  int taps() {
    return taps;
  }

  /** What a row of windows takes, about. */
  double rowNanos() {
    return rowNanos;
  }

  /** Shape of the widest panel, for {@code implementation()}. */
  String name(int lanes) {
    return "held-" + taps + "x" + panels[0].width() / lanes + "v";
  }

  /** Rows of windows whose lines are read together, at most. */
  int mostRows() {
    return mostRows;
  }

  /** Elements from the lines that a row of windows begins with to those of the next. */
  int next() {
    return spec.strideH() * line;
  }

  /** Elements of the lines that so many rows of windows see. */
  int elements(int rows) {
    return (rows - 1) * next() + windowLines * line;
  }

  /**
   * Runs a panel over some rows of windows.
   *
   * @param lines the {@link #elements} that they see
   * @param finite whether these, the filters and the bias are finite
   * @param w its filters, see {@link HeldFilters}
   * @param from where they begin
   * @param y address of the outputs of the first window
   */
  void run(Panel panel, float[] lines, boolean finite, int rows, float[] w, int from, long y) {
    HeldFilters loops = (finite ? panel.finiteLoops : panel.loops).current();
    loops.run(
        lines,
        spec.dilationH() * line,
        next(),
        rows,
        spec.q(),
        w,
        from,
        y + 4L * panel.first,
        4L * spec.k());
  }
}
