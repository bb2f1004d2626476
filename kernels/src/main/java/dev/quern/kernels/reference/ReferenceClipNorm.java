package dev.quern.kernels.reference;

import dev.quern.kernels.ClipNorm;

/** {@link ClipNorm} in double precision. */
public final class ReferenceClipNorm {
  private ReferenceClipNorm() {}

  /** The scaled gradient; the array is not changed. */
  public static Bounded clip(ClipNorm.Spec spec, double[] g) {
    double sum = 0;
    for (double value : g) {
      sum += value * value;
    }
    double norm = Math.sqrt(sum);
    double factor = spec.limit() / Math.max(norm, spec.limit());
    Bounded result = new Bounded(g.length, g.length);
    for (int i = 0; i < g.length; i++) {
      if (!Double.isFinite(norm)) {
        result.set(i, Double.NaN);
      } else if (norm <= spec.limit()) {
        result.set(i, g[i], nearly(norm, spec.limit()) ? Math.abs(g[i]) : 0);
      } else {
        double error = Accuracy.SQUARE_ROOT + Accuracy.DIVISION + 1;
        result.set(i, g[i] * factor, Math.abs(g[i] * factor) * error);
      }
    }
    return result;
  }

  /** So little below the limit that rounding may bring it above. */
  private static boolean nearly(double norm, double limit) {
    return norm > limit * (1 - 1e-4);
  }
}
