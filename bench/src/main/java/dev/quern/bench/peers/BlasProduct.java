package dev.quern.bench.peers;

import dev.quern.kernels.Epilogue;
import dev.quern.kernels.Gemm;
import dev.quern.kernels.Precision;
import dev.quern.kernels.cases.Values;
import java.util.Map;

/**
 * A product by a library that has the BLAS's: no bias and no ReLU, which are added to what is
 * looked at, and left out of what is timed.
 */
public abstract class BlasProduct implements KernelRun {
  private final Gemm.Spec spec;
  private final float[] bias;

  /**
   * A product.
   *
   * @throws NotOfferedException if it is none that is compared
   */
  protected BlasProduct(Gemm.Spec spec, Operands operands) {
    if (spec.batch() != 1
        || spec.ldc() != spec.n()
        || spec.beta() != 0
        || spec.precision() != Precision.FP32) {
      throw new NotOfferedException("single dense products with beta 0 alone are compared");
    }
    this.spec = spec;
    bias = spec.epilogue().hasBias() ? operands.floats("bias", spec.n()) : new float[0];
  }

  /** What is computed. */
  protected final Gemm.Spec spec() {
    return spec;
  }

  /** C after the last run. */
  protected abstract float[] product();

  @Override
  public final String how() {
    return "sgemm"
        + switch (spec.epilogue()) {
          case NONE -> "";
          case BIAS -> ", without the bias";
          case RELU -> ", without the ReLU";
          case BIAS_RELU -> ", without bias and ReLU";
        };
  }

  @Override
  public final Map<String, Values> outputs() {
    float[] c = product();
    Epilogue epilogue = spec.epilogue();
    for (int i = 0; i < c.length; i++) {
      c[i] += epilogue.hasBias() ? bias[i % spec.n()] : 0;
      c[i] = epilogue.hasRelu() ? Math.max(c[i], 0) : c[i];
    }
    return Map.of("c", Values.of(c));
  }
}
