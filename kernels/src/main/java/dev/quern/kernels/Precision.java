package dev.quern.kernels;

/** Arithmetic of products; sums are always accumulated in float32 or better. */
public enum Precision {
  /** Exact float32 products; relative rounding error 2^-24. */
  FP32(0x1p-24),
  /**
   * Products of factors rounded to 10 mantissa bits, on hardware that has them (NVIDIA A100 white
   * paper, "TF32"); elsewhere computed as FP32. Relative rounding error 2^-11.
   */
  TF32(0x1p-11);

  private final double epsilon;

  Precision(double epsilon) {
    this.epsilon = epsilon;
  }

  /** Largest relative error of one product, the eps of error bounds. */
  public double epsilon() {
    return epsilon;
  }
}
