package dev.quern.kernels.reference;

import dev.quern.kernels.AveragePool2d;
import dev.quern.kernels.AveragePool2d.Divisor;

/** {@link AveragePool2d} in double precision. */
public final class ReferenceAveragePool2d {
  private final AveragePool2d.Spec spec;
  private final ImageIndex input;
  private final ImageIndex output;

  private ReferenceAveragePool2d(AveragePool2d.Spec spec) {
    this.spec = spec;
    input = new ImageIndex(spec.layout(), spec.c(), spec.h(), spec.w());
    output = new ImageIndex(spec.layout(), spec.c(), spec.p(), spec.q());
  }

  /** Averages of {@code x}. */
  public static Bounded forward(AveragePool2d.Spec spec, double[] x) {
    Bounded y = new Bounded(Math.toIntExact(spec.outputs()), taps(spec));
    new ReferenceAveragePool2d(spec)
        .forEachTap((from, to, divisor) -> y.add(to, x[from] / divisor));
    return y;
  }

  /** {@code dx} from {@code dy}. */
  public static Bounded backward(AveragePool2d.Spec spec, double[] dy) {
    Bounded dx = new Bounded(Math.toIntExact(spec.inputs()), taps(spec));
    new ReferenceAveragePool2d(spec)
        .forEachTap((to, from, divisor) -> dx.add(to, dy[from] / divisor));
    return dx;
  }

  private static double taps(AveragePool2d.Spec spec) {
    return (double) spec.windowH() * spec.windowW();
  }

  /** What is done with a tap inside the image. */
  @FunctionalInterface
  private interface Tap {
    void at(int input, int output, double divisor);
  }

  private void forEachTap(Tap tap) {
    for (int n = 0; n < spec.n(); n++) {
      for (int c = 0; c < spec.c(); c++) {
        for (int p = 0; p < output.height(); p++) {
          for (int q = 0; q < output.width(); q++) {
            forEachTap(n, c, p, q, tap);
          }
        }
      }
    }
  }

  private void forEachTap(int n, int c, int p, int q, Tap tap) {
    double divisor = divisor(p, q);
    for (int r = 0; r < spec.windowH(); r++) {
      for (int s = 0; s < spec.windowW(); s++) {
        int h = row(p, r);
        int w = column(q, s);
        if (input.holds(h, w)) {
          tap.at(input.of(n, c, h, w), output.of(n, c, p, q), divisor);
        }
      }
    }
  }

  private int row(int p, int r) {
    return p * spec.strideH() - spec.padTop() + r * spec.dilationH();
  }

  private int column(int q, int s) {
    return q * spec.strideW() - spec.padLeft() + s * spec.dilationW();
  }

  /** The taps that count, one by one. */
  private double divisor(int p, int q) {
    int taps = 0;
    for (int r = 0; r < spec.windowH(); r++) {
      for (int s = 0; s < spec.windowW(); s++) {
        taps += counts(row(p, r), column(q, s)) ? 1 : 0;
      }
    }
    return spec.divisor() == Divisor.SUM ? 1 : taps;
  }

  private boolean counts(int h, int w) {
    boolean beforePaddedEnd = h < spec.h() + spec.padBottom() && w < spec.w() + spec.padRight();
    return spec.divisor() == Divisor.WINDOW ? beforePaddedEnd : input.holds(h, w);
  }
}
