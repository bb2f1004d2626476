package dev.quern.kernels.reference;

import dev.quern.kernels.MaxPool2d;

/** {@link MaxPool2d} in double precision. */
public final class ReferenceMaxPool2d {
  private ReferenceMaxPool2d() {}

  /** The forward pass's two outputs. */
  public static final class Maxima {
    private final Bounded y;
    private final int[] argmax;

    private Maxima(int count) {
      this.y = new Bounded(count, 1);
      this.argmax = new int[count];
    }

    /** The maxima. */
    public Bounded y() {
      return y;
    }

    /** Where they stand in their image plane; -1 for a window of padding alone. */
    public int[] argmax() {
      return argmax;
    }
  }

  /** Maxima of {@code x} and where they stand. */
  public static Maxima forward(MaxPool2d.Spec spec, double[] x) {
    Maxima result = new Maxima(Math.toIntExact(spec.outputs()));
    ImageIndex output = new ImageIndex(spec.layout(), spec.c(), spec.p(), spec.q());
    for (int n = 0; n < spec.n(); n++) {
      for (int c = 0; c < spec.c(); c++) {
        for (int p = 0; p < output.height(); p++) {
          for (int q = 0; q < output.width(); q++) {
            scanWindow(spec, x, n, c, p, q, result, output.of(n, c, p, q));
          }
        }
      }
    }
    return result;
  }

  private static void scanWindow(
      MaxPool2d.Spec spec, double[] x, int n, int c, int p, int q, Maxima result, int at) {
    ImageIndex input = new ImageIndex(spec.layout(), spec.c(), spec.h(), spec.w());
    double best = Double.NEGATIVE_INFINITY;
    int winner = -1;
    for (int r = 0; r < spec.windowH(); r++) {
      for (int s = 0; s < spec.windowW(); s++) {
        int h = p * spec.strideH() - spec.padTop() + r * spec.dilationH();
        int w = q * spec.strideW() - spec.padLeft() + s * spec.dilationW();
        if (input.holds(h, w)) {
          double value = x[input.of(n, c, h, w)];
          // The first of the pixels wins even if it is minus infinity, as padding is.
          if (winner < 0 || value > best || Double.isNaN(value)) {
            best = value;
            winner = h * spec.w() + w;
          }
        }
      }
    }
    result.y.set(at, best);
    result.argmax[at] = winner;
  }

  /** {@code dx} from the forward pass's outputs and {@code dy}. */
  public static Bounded backward(MaxPool2d.Spec spec, double[] y, int[] argmax, double[] dy) {
    double windows = (double) spec.windowH() * spec.windowW();
    Bounded dx = new Bounded(Math.toIntExact(spec.inputs()), windows);
    ImageIndex input = new ImageIndex(spec.layout(), spec.c(), spec.h(), spec.w());
    ImageIndex output = new ImageIndex(spec.layout(), spec.c(), spec.p(), spec.q());
    for (int n = 0; n < spec.n(); n++) {
      for (int c = 0; c < spec.c(); c++) {
        for (int p = 0; p < output.height(); p++) {
          for (int q = 0; q < output.width(); q++) {
            int i = output.of(n, c, p, q);
            boolean counts = argmax[i] >= 0 && (!spec.reluInput() || y[i] > 0);
            if (counts) {
              dx.add(input.of(n, c, argmax[i] / spec.w(), argmax[i] % spec.w()), dy[i]);
            }
          }
        }
      }
    }
    return dx;
  }
}
