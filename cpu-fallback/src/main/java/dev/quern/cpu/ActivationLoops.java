package dev.quern.cpu;

import dev.quern.kernels.Activation;

/**
 * Activations of runs of float32. Addresses are in bytes, counts in elements. A target may be one
 * of the sources exactly.
 */
interface ActivationLoops {
  /** Density of the normal distribution at 0. */
  float PEAK = 0.3989423f;

  /** {@code y} from {@code x}. */
  void forward(Activation.Kind kind, float alpha, long x, long y, int count);

  /**
   * {@code dx} from {@code dy}.
   *
   * @param saved {@code x} or {@code y}, see {@link Activation.Kind#savesInput}
   */
  void backward(Activation.Kind kind, float alpha, long saved, long dy, long dx, int count);
}
