package dev.quern.kernels;

/**
 * How freely the sums of a convolution may be rearranged. Winograd's algorithms take up to four
 * times fewer products; their error is below 5e-5 of the largest output.
 */
public enum Sums {
  /** Term by term as the contract has them. */
  EXACT,
  /**
   * So that outputs that must be 0, or equal to each other, are: a ReLU or a max-pooling behind
   * then sends gradients where they belong.
   */
  TRAINING,
  /** In any way, forward: for outputs that nobody goes back through. */
  INFERENCE
}
