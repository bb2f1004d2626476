package dev.quern.kernels;

/** What is fused behind a product, while the result is still in registers. */
public enum Epilogue {
  /** Nothing. */
  NONE(false, false),
  /** Adds a bias. */
  BIAS(true, false),
  /** Replaces negative values by 0. */
  RELU(false, true),
  /** Adds a bias, then replaces negative values by 0. */
  BIAS_RELU(true, true);

  private final boolean bias;
  private final boolean relu;

  Epilogue(boolean bias, boolean relu) {
    this.bias = bias;
    this.relu = relu;
  }

  /** The epilogue with these parts. */
  public static Epilogue of(boolean bias, boolean relu) {
    return bias ? (relu ? BIAS_RELU : BIAS) : (relu ? RELU : NONE);
  }

  /** Whether a bias is added. */
  public boolean hasBias() {
    return bias;
  }

  /** Whether the result goes through a ReLU. */
  public boolean hasRelu() {
    return relu;
  }
}
