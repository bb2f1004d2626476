package dev.quern.kernels.reference;

import dev.quern.kernels.Add;

/** {@link Add} in double precision. */
public final class ReferenceAdd {
  private ReferenceAdd() {}

  /** {@code y = a + b}. */
  public static Bounded forward(double[] a, double[] b) {
    Bounded y = new Bounded(a.length, 1);
    for (int i = 0; i < a.length; i++) {
      y.add(i, a[i]);
      y.add(i, b[i]);
    }
    return y;
  }
}
