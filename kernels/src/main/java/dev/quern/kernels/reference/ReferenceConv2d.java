package dev.quern.kernels.reference;

import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Layout;
import org.jspecify.annotations.Nullable;

/** {@link Conv2d} in double precision. */
public final class ReferenceConv2d {
  private ReferenceConv2d() {}

  /** One product of the convolution: the elements of x, w and y that it connects. */
  @FunctionalInterface
  private interface Tap {
    void at(int x, int w, int y);
  }

  /** {@code y} from {@code x}, {@code w} and, if the epilogue adds one, the bias {@code b}. */
  public static Bounded forward(Conv2d.Spec spec, double[] x, double[] w, double @Nullable [] b) {
    double terms = 1.0 + spec.r() * spec.s() * (spec.c() / spec.groups());
    Bounded y = new Bounded(Math.toIntExact(spec.outputs()), terms);
    forEachTap(spec, (xi, wi, yi) -> y.add(yi, x[xi] * w[wi]));
    for (int i = 0; i < y.count(); i++) {
      if (b != null) {
        y.add(i, b[channelOf(spec, i)]);
      }
      if (spec.epilogue().hasRelu()) {
        y.rectify(i);
      }
    }
    return y;
  }

  /** {@code dx} from {@code dy} and {@code w}. */
  public static Bounded backwardData(Conv2d.Spec spec, double[] dy, double[] w) {
    double terms = (double) spec.r() * spec.s() * spec.k() / spec.groups();
    Bounded dx = new Bounded(Math.toIntExact(spec.inputs()), terms);
    forEachTap(spec, (xi, wi, yi) -> dx.add(xi, dy[yi] * w[wi]));
    return dx;
  }

  /** {@code dw} from {@code x} and {@code dy}. */
  public static Bounded backwardFilter(Conv2d.Spec spec, double[] x, double[] dy) {
    double terms = (double) spec.n() * spec.p() * spec.q();
    Bounded dw = new Bounded(Math.toIntExact(spec.weights()), terms);
    forEachTap(spec, (xi, wi, yi) -> dw.add(wi, dy[yi] * x[xi]));
    return dw;
  }

  /** {@code db} from {@code dy}. */
  public static Bounded backwardBias(Conv2d.Spec spec, double[] dy) {
    double terms = (double) spec.n() * spec.p() * spec.q();
    Bounded db = new Bounded(spec.k(), terms);
    for (int i = 0; i < dy.length; i++) {
      db.add(channelOf(spec, i), dy[i]);
    }
    return db;
  }

  /** {@code dz}, the gradient in front of the epilogue's ReLU. */
  public static Bounded backwardEpilogue(double[] y, double[] dy) {
    return ReferenceRelu.backward(y, dy);
  }

  private static int channelOf(Conv2d.Spec spec, int output) {
    return spec.layout() == Layout.NHWC
        ? output % spec.k()
        : output / (spec.p() * spec.q()) % spec.k();
  }

  private static void forEachTap(Conv2d.Spec spec, Tap tap) {
    ImageIndex y = new ImageIndex(spec.layout(), spec.k(), spec.p(), spec.q());
    for (int n = 0; n < spec.n(); n++) {
      for (int row = 0; row < y.height(); row++) {
        for (int column = 0; column < y.width(); column++) {
          forEachTapOf(spec, y, n, row, column, tap);
        }
      }
    }
  }

  private static void forEachTapOf(Conv2d.Spec spec, ImageIndex y, int n, int p, int q, Tap tap) {
    ImageIndex x = new ImageIndex(spec.layout(), spec.c(), spec.h(), spec.w());
    int groupC = spec.c() / spec.groups();
    int groupK = spec.k() / spec.groups();
    for (int r = 0; r < spec.r(); r++) {
      for (int s = 0; s < spec.s(); s++) {
        int h = p * spec.strideH() - spec.padTop() + r * spec.dilationH();
        int w = q * spec.strideW() - spec.padLeft() + s * spec.dilationW();
        if (!x.holds(h, w)) {
          continue;
        }
        for (int k = 0; k < spec.k(); k++) {
          int yi = y.of(n, k, p, q);
          for (int c = 0; c < groupC; c++) {
            int xi = x.of(n, k / groupK * groupC + c, h, w);
            tap.at(xi, filter(spec, groupC, k, r, s, c), yi);
          }
        }
      }
    }
  }

  private static int filter(Conv2d.Spec spec, int groupC, int k, int r, int s, int c) {
    return spec.layout() == Layout.NHWC
        ? ((k * spec.r() + r) * spec.s() + s) * groupC + c
        : ((k * groupC + c) * spec.r() + r) * spec.s() + s;
  }
}
