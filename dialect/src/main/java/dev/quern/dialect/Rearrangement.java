package dev.quern.dialect;

import java.util.Arrays;
import java.util.List;

/**
 * Copies elements from one order of axes to another, optionally adding up several sources: packs,
 * pads and transposes operands of products, and sums partial results.
 */
final class Rearrangement {
  private static final int AXES = 5;
  private static final int CPU_SPAN = 1024;

  /** Places of axis 2 that a work-item of a CPU has: a copy of some dozen elements is no work. */
  private static final int CPU_BAND = 16;

  /** Where nothing is padded. */
  private static final int NO_LIMIT = Integer.MAX_VALUE;

  /**
   * One axis of the copy, in elements.
   *
   * @param extent its length
   * @param source stride in the source
   * @param target stride in the target
   */
  record Axis(int extent, long source, long target) {}

  private final Launch launch;

  /** A copy; the last axis is the innermost. */
  static Rearrangement copy(Parts parts, Axis... axes) {
    return new Rearrangement(parts, 1, 0, 0, NO_LIMIT, axes);
  }

  /** A sum over {@code sources} sources that lie {@code distance} elements apart. */
  static Rearrangement sum(Parts parts, int sources, long distance, Axis... axes) {
    return new Rearrangement(parts, sources, distance, 0, NO_LIMIT, axes);
  }

  /**
   * Packs a factor into panels, as products read it: [outer axes, panel, row, column in panel],
   * columns behind the last one 0.
   *
   * @param rows length of the sums
   * @param columns columns of the factor
   * @param columnStride distance of its columns
   * @param panelColumns columns of a panel
   * @param outerFirst axes of repetitions and then of rows
   */
  static Rearrangement panels(
      Parts parts,
      long rows,
      int columns,
      long columnStride,
      int panelColumns,
      Axis... outerFirst) {
    int panels = (columns + panelColumns - 1) / panelColumns;
    Axis[] axes = Arrays.copyOf(outerFirst, outerFirst.length + 2);
    axes[outerFirst.length] = new Axis(panels, panelColumns * columnStride, rows * panelColumns);
    axes[outerFirst.length + 1] = new Axis(panelColumns, columnStride, 1);
    return new Rearrangement(parts, 1, 0, panelColumns, columns, axes);
  }

  private Rearrangement(
      Parts parts, int sources, long distance, int wrap, int limit, Axis... outerFirst) {
    Axis[] axes = innermostFirst(outerFirst);
    Spans spans = parts.spans();
    int span = spans.vectors() ? CPU_SPAN : 1;
    int band = spans.vectors() ? CPU_BAND : 1;
    Program program = parts.program(List.of("rearrange.cl"), "SPAN=" + span, "BAND=" + band);
    long bands = (axes[2].extent() + band - 1L) / band;
    long pieces = (axes[0].extent() + span - 1L) / span;
    int across = spans.groupFor(pieces);
    launch =
        parts.launch(
            program,
            "rearrange",
            new Range(
                pieces,
                axes[1].extent(),
                bands * axes[3].extent() * axes[4].extent(),
                across,
                spans.groupFor(Math.min(axes[1].extent(), spans.group() / across))),
            2,
            axes[0].extent(),
            axes[1].extent(),
            axes[2].extent(),
            axes[3].extent(),
            axes[4].extent(),
            axes[0].source(),
            axes[1].source(),
            axes[2].source(),
            axes[3].source(),
            axes[4].source(),
            axes[0].target(),
            axes[1].target(),
            axes[2].target(),
            axes[3].target(),
            axes[4].target(),
            sources,
            distance,
            wrap,
            limit);
  }

  private static Axis[] innermostFirst(Axis[] outerFirst) {
    Axis[] axes = new Axis[AXES];
    for (int i = 0; i < AXES; i++) {
      axes[i] = i < outerFirst.length ? outerFirst[outerFirst.length - 1 - i] : new Axis(1, 0, 0);
    }
    return axes;
  }

  /** The launch: buffer 0 is the source, buffer 1 the target. */
  Launch launch() {
    return launch;
  }
}
