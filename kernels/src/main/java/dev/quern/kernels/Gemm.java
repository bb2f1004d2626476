package dev.quern.kernels;

import static dev.quern.core.DataType.FLOAT32;

import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Matrix product, row-major: {@code C = epilogue(alpha * op(A) * op(B) + beta * C)}, with {@code
 * op(X)} being X or its transpose.
 *
 * <p>Shapes: op(A) is [m, k], op(B) [k, n], C [m, n]. As stored, A is [m, k] or, with {@code
 * transA}, [k, m], its rows {@code lda} elements apart; B is [k, n] or, with {@code transB}, [n,
 * k], rows {@code ldb} apart; C's rows are {@code ldc} apart. A strided batch holds {@code batch}
 * such triples, {@code strideA}, {@code strideB}, {@code strideC} elements apart (a stride of 0
 * shares A or B). The bias is [n], one number a column, shared by the batch. All FLOAT32.
 *
 * <p>Only the matrices' own elements are read and written: the gaps between rows are left alone. C
 * must not alias A, B or the bias. With {@code beta = 0} C is not read, so NaN in it does not
 * matter. With {@code k = 0} the product is 0. NaN and infinity in A and B spread as arithmetic has
 * it. Deterministic. Cost: 2 m n k operations a triple; each matrix is moved once. Source: the
 * BLAS, level 3 (Dongarra et al., ACM TOMS 16, 1990).
 */
public abstract class Gemm extends OpKernel<Gemm.Spec> {

  /** For backends. */
  protected Gemm(Device device, Spec spec) {
    super(device, spec);
  }

  /**
   * Runs the product.
   *
   * @param a matrix A
   * @param b matrix B
   * @param bias one number a column; null if and only if the epilogue has no bias
   * @param c matrix C; read only if beta is not 0
   */
  public final void run(
      Stream stream, DeviceBuffer a, DeviceBuffer b, @Nullable DeviceBuffer bias, DeviceBuffer c) {
    check(stream, "a", a, FLOAT32, spec().elementsA());
    check(stream, "b", b, FLOAT32, spec().elementsB());
    check(stream, "c", c, FLOAT32, spec().elementsC());
    checkApart("c", c, "a", a);
    checkApart("c", c, "b", b);
    if (spec().epilogue().hasBias() != (bias != null)) {
      throw new SpecException(
          spec().describe()
              + ": a bias must be given if and only if the epilogue adds one, which is "
              + spec().epilogue());
    }
    if (bias != null) {
      check(stream, "bias", bias, FLOAT32, spec().n());
      checkApart("c", c, "bias", bias);
    }
    if (stream.begin(this)) {
      runProduct(stream, a, b, bias, c);
    }
  }

  /** For backends: the checked run. */
  protected abstract void runProduct(
      Stream stream, DeviceBuffer a, DeviceBuffer b, @Nullable DeviceBuffer bias, DeviceBuffer c);

  /** Begins a spec of an m x n product over k; see {@link Builder} for the defaults. */
  public static Builder builder(int m, int n, int k) {
    return new Builder(m, n, k);
  }

  /**
   * A product; build it with {@link Gemm#builder}.
   *
   * @param m rows of C, 0 or more
   * @param n columns of C, 0 or more
   * @param k length of the sums, 0 or more
   * @param transA whether A is stored transposed
   * @param transB whether B is stored transposed
   * @param lda elements between rows of A as stored
   * @param ldb elements between rows of B as stored
   * @param ldc elements between rows of C
   * @param batch number of products
   * @param strideA elements between the A of neighbouring products
   * @param strideB elements between the B of neighbouring products
   * @param strideC elements between the C of neighbouring products
   * @param alpha factor of the product
   * @param beta factor of the old C; 0 means that C is not read
   * @param epilogue what is fused behind
   * @param precision arithmetic of the products
   */
  public record Spec(
      int m,
      int n,
      int k,
      boolean transA,
      boolean transB,
      int lda,
      int ldb,
      int ldc,
      int batch,
      long strideA,
      long strideB,
      long strideC,
      float alpha,
      float beta,
      Epilogue epilogue,
      Precision precision)
      implements OpSpec<Gemm> {

    /**
     * Checks the problem.
     *
     * @throws SpecException if an extent, leading dimension or stride is out of range
     */
    public Spec {
      Window.requireAtLeast("gemm", "m", m, 0);
      Window.requireAtLeast("gemm", "n", n, 0);
      Window.requireAtLeast("gemm", "k", k, 0);
      Window.requireAtLeast("gemm", "batch", batch, 0);
      Window.requireAtLeast("gemm", "lda (row length of A as stored)", lda, transA ? m : k);
      Window.requireAtLeast("gemm", "ldb (row length of B as stored)", ldb, transB ? k : n);
      Window.requireAtLeast("gemm", "ldc (row length of C)", ldc, n);
      Window.requireAtLeast("gemm", "strideA", strideA, 0);
      Window.requireAtLeast("gemm", "strideB", strideB, 0);
      Window.requireAtLeast("gemm", "strideC", strideC, batch > 1 ? span(m, n, ldc) : 0);
    }

    private static long span(long rows, long columns, long lead) {
      return rows == 0 || columns == 0 ? 0 : (rows - 1) * lead + columns;
    }

    private long extent(long span, long stride) {
      return batch == 0 || span == 0 ? 0 : (batch - 1) * stride + span;
    }

    /** Elements from the first to the last of A. */
    public long elementsA() {
      return extent(transA ? span(k, m, lda) : span(m, k, lda), strideA);
    }

    /** Elements from the first to the last of B. */
    public long elementsB() {
      return extent(transB ? span(n, k, ldb) : span(k, n, ldb), strideB);
    }

    /** Elements from the first to the last of C. */
    public long elementsC() {
      return extent(span(m, n, ldc), strideC);
    }

    @Override
    public Class<Gemm> kernelType() {
      return Gemm.class;
    }

    @Override
    public String describe() {
      StringBuilder text = new StringBuilder("gemm/");
      text.append(transA ? 'T' : 'N').append(transB ? 'T' : 'N');
      text.append("m").append(m).append("n").append(n).append("k").append(k);
      if (lda != (transA ? m : k) || ldb != (transB ? k : n) || ldc != n) {
        text.append("lda").append(lda).append("ldb").append(ldb).append("ldc").append(ldc);
      }
      if (batch != 1) {
        text.append("batch").append(batch);
        text.append("s").append(strideA).append('_').append(strideB).append('_').append(strideC);
      }
      if (alpha != 1 || beta != 0) {
        text.append("alpha").append(alpha).append("beta").append(beta);
      }
      if (epilogue != Epilogue.NONE) {
        text.append('+').append(epilogue);
      }
      return text.append(precision == Precision.FP32 ? "" : "+" + precision).toString();
    }

    @Override
    public Set<Pass> passes() {
      return EnumSet.of(Pass.FORWARD);
    }

    @Override
    public double flops(Pass pass) {
      return 2.0 * batch * m * n * k;
    }

    @Override
    public double bytes(Pass pass) {
      return 4.0 * batch * ((double) m * k + (double) k * n + (beta == 0 ? 1.0 : 2.0) * m * n);
    }
  }

  /** Builds a {@link Spec}. Defaults: no transposes, dense rows, one product, alpha 1, beta 0. */
  public static final class Builder {
    private final int m;
    private final int n;
    private final int k;
    private boolean transA;
    private boolean transB;
    private int @Nullable [] leads;
    private int batch = 1;
    private final long[] strides = new long[3];
    private float alpha = 1;
    private float beta;
    private Epilogue epilogue = Epilogue.NONE;
    private Precision precision = Precision.FP32;

    private Builder(int m, int n, int k) {
      this.m = m;
      this.n = n;
      this.k = k;
    }

    /** Which of A and B are stored transposed. */
    public Builder transposed(boolean a, boolean b) {
      transA = a;
      transB = b;
      return this;
    }

    /** Elements between rows, as stored. */
    public Builder leads(int lda, int ldb, int ldc) {
      leads = new int[] {lda, ldb, ldc};
      return this;
    }

    /** Several products, their matrices this many elements apart. */
    public Builder batch(int batch, long strideA, long strideB, long strideC) {
      this.batch = batch;
      strides[0] = strideA;
      strides[1] = strideB;
      strides[2] = strideC;
      return this;
    }

    /** Factors of the product and of the old C. */
    public Builder scale(float alpha, float beta) {
      this.alpha = alpha;
      this.beta = beta;
      return this;
    }

    /** What is fused behind. */
    public Builder epilogue(Epilogue epilogue) {
      this.epilogue = epilogue;
      return this;
    }

    /** Arithmetic of the products. */
    public Builder precision(Precision precision) {
      this.precision = precision;
      return this;
    }

    /**
     * Checks and returns the spec.
     *
     * @throws SpecException if an extent, leading dimension or stride is out of range
     */
    public Spec build() {
      int[] ld = leads == null ? new int[] {transA ? m : k, transB ? k : n, n} : leads;
      return new Spec(
          m,
          n,
          k,
          transA,
          transB,
          ld[0],
          ld[1],
          ld[2],
          batch,
          strides[0],
          strides[1],
          strides[2],
          alpha,
          beta,
          epilogue,
          precision);
    }
  }
}
