package dev.quern.kernels.reference;

import dev.quern.kernels.Gemm;
import org.jspecify.annotations.Nullable;

/** {@link Gemm} in double precision. */
public final class ReferenceGemm {
  private ReferenceGemm() {}

  /**
   * {@code C = epilogue(alpha * op(A) * op(B) + beta * C)}.
   *
   * @param bias one number a column, or null
   * @param c the old C with its gaps; not changed
   * @return the new C, the gaps between its rows as they were
   */
  public static Bounded product(
      Gemm.Spec spec, double[] a, double[] b, double @Nullable [] bias, double[] c) {
    Bounded result = new Bounded(c.length, spec.k() + 2);
    for (int i = 0; i < c.length; i++) {
      result.set(i, c[i]);
    }
    for (int t = 0; t < spec.batch(); t++) {
      for (int i = 0; i < spec.m(); i++) {
        for (int j = 0; j < spec.n(); j++) {
          int at = indexC(spec, t, i, j);
          result.set(at, 0);
          for (int l = 0; l < spec.k(); l++) {
            result.add(at, spec.alpha() * a[indexA(spec, t, i, l)] * b[indexB(spec, t, l, j)]);
          }
          if (spec.beta() != 0) {
            result.add(at, spec.beta() * c[at]);
          }
          if (bias != null) {
            result.add(at, bias[j]);
          }
          if (spec.epilogue().hasRelu()) {
            result.rectify(at);
          }
        }
      }
    }
    return result;
  }

  /** Where element (i, l) of op(A) of product t is stored. */
  public static int indexA(Gemm.Spec spec, int t, int i, int l) {
    int row = spec.transA() ? l : i;
    int column = spec.transA() ? i : l;
    return Math.toIntExact(t * spec.strideA() + (long) row * spec.lda() + column);
  }

  /** Where element (l, j) of op(B) of product t is stored. */
  public static int indexB(Gemm.Spec spec, int t, int l, int j) {
    int row = spec.transB() ? j : l;
    int column = spec.transB() ? l : j;
    return Math.toIntExact(t * spec.strideB() + (long) row * spec.ldb() + column);
  }

  /** Where element (i, j) of C of product t is stored. */
  public static int indexC(Gemm.Spec spec, int t, int i, int j) {
    return Math.toIntExact(t * spec.strideC() + (long) i * spec.ldc() + j);
  }
}
