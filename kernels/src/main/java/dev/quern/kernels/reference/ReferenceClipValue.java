package dev.quern.kernels.reference;

import dev.quern.kernels.ClipValue;

/** {@link ClipValue} in double precision. */
public final class ReferenceClipValue {
  private ReferenceClipValue() {}

  /** {@code y = min(max(x, least), most)}; NaN stays NaN, as {@link Math#max} has it. */
  public static Bounded clip(ClipValue.Spec spec, double[] x) {
    Bounded y = new Bounded(x.length, 1);
    for (int i = 0; i < x.length; i++) {
      y.set(i, Math.min(Math.max(x[i], spec.least()), spec.most()));
    }
    return y;
  }
}
