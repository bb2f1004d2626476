package dev.quern.kernels.reference;

import dev.quern.kernels.BiasAdd;

/** {@link BiasAdd} in double precision. */
public final class ReferenceBiasAdd {
  private ReferenceBiasAdd() {}

  /** {@code y = x + b}. */
  public static Bounded forward(BiasAdd.Spec spec, double[] x, double[] b) {
    Bounded y = new Bounded(x.length, 2);
    for (int i = 0; i < x.length; i++) {
      y.add(i, x[i]);
      y.add(i, b[i / spec.inner() % spec.channels()]);
    }
    return y;
  }

  /** {@code db = sum of dy}. */
  public static Bounded backward(BiasAdd.Spec spec, double[] dy) {
    Bounded db = new Bounded(spec.channels(), (double) spec.rows() * spec.inner());
    for (int i = 0; i < dy.length; i++) {
      db.add(i / spec.inner() % spec.channels(), dy[i]);
    }
    return db;
  }
}
