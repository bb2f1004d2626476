package dev.quern.kernels.reference;

import dev.quern.kernels.Augment;
import dev.quern.kernels.Layout;
import dev.quern.kernels.Placement;

/** {@link Augment} in double precision. Positions are exact, as on every backend. */
public final class ReferenceAugment {
  /** Four weighted pixels and the brightness. */
  private static final int TERMS = 5;

  private final Augment.Spec spec;
  private final double[] x;
  private final Bounded y;
  private final ImageIndex images;
  private final Placement placement;

  private ReferenceAugment(Augment.Spec spec, double[] x) {
    this.spec = spec;
    this.x = x;
    this.y = new Bounded(x.length, TERMS);
    this.images = new ImageIndex(Layout.NHWC, spec.c(), spec.h(), spec.w());
    this.placement = new Placement(spec);
  }

  /** The batch as it is at a step. */
  public static Bounded forward(Augment.Spec spec, double[] x, int step) {
    ReferenceAugment reference = new ReferenceAugment(spec, x);
    for (int n = 0; n < spec.n(); n++) {
      reference.placement.draw(n, step);
      for (int i = 0; i < spec.h(); i++) {
        for (int j = 0; j < spec.w(); j++) {
          for (int c = 0; c < spec.c(); c++) {
            reference.set(n, i, j, c);
          }
        }
      }
    }
    return reference.y;
  }

  private void set(int n, int i, int j, int c) {
    int index = images.of(n, c, i, j);
    if (i >= placement.cutTop()
        && i < placement.cutBottom()
        && j >= placement.cutLeft()
        && j < placement.cutRight()) {
      y.set(index, spec.fill());
      return;
    }
    int row = placement.row(i, j);
    int column = placement.column(i, j);
    int top = Math.floorDiv(row, Placement.PIXEL);
    int left = Math.floorDiv(column, Placement.PIXEL);
    double down = (double) row / Placement.PIXEL - top;
    double across = (double) column / Placement.PIXEL - left;
    if (down == 0 && across == 0 && placement.brightness() == 0) {
      y.set(index, pixel(n, top, left, c));
      return;
    }
    addTap(index, (1 - down) * (1 - across), n, top, left, c);
    addTap(index, (1 - down) * across, n, top, left + 1, c);
    addTap(index, down * (1 - across), n, top + 1, left, c);
    addTap(index, down * across, n, top + 1, left + 1, c);
    y.add(index, placement.brightness());
  }

  private void addTap(int index, double weight, int n, int row, int column, int c) {
    if (weight != 0) {
      y.add(index, weight * pixel(n, row, column, c));
    }
  }

  private double pixel(int n, int row, int column, int c) {
    return images.holds(row, column) ? x[images.of(n, c, row, column)] : spec.fill();
  }
}
