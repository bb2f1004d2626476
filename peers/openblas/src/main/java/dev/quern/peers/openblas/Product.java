package dev.quern.peers.openblas;

import dev.quern.bench.peers.BlasProduct;
import dev.quern.bench.peers.Operands;
import dev.quern.kernels.Gemm;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas;

/** A product by cblas_sgemm. */
final class Product extends BlasProduct {
  private final FloatPointer a;
  private final FloatPointer b;
  private final FloatPointer c;

  Product(Gemm.Spec spec, Operands operands) {
    super(spec, operands);
    a = new FloatPointer(operands.floats("a", spec.elementsA()));
    b = new FloatPointer(operands.floats("b", spec.elementsB()));
    c = new FloatPointer(spec.elementsC());
  }

  @Override
  public void run() {
    Gemm.Spec spec = spec();
    openblas.cblas_sgemm(
        openblas.CblasRowMajor,
        spec.transA() ? openblas.CblasTrans : openblas.CblasNoTrans,
        spec.transB() ? openblas.CblasTrans : openblas.CblasNoTrans,
        spec.m(),
        spec.n(),
        spec.k(),
        spec.alpha(),
        a,
        spec.lda(),
        b,
        spec.ldb(),
        0,
        c,
        spec.ldc());
  }

  @Override
  protected float[] product() {
    float[] product = new float[Math.toIntExact(spec().elementsC())];
    c.get(product);
    return product;
  }

  @Override
  public void close() {
    a.close();
    b.close();
    c.close();
  }
}
