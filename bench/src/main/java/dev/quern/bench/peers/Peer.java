package dev.quern.bench.peers;

import dev.quern.bench.suite.Problem;

/**
 * A library that Quern is compared with. {@link PeerProgram} finds it with {@link
 * java.util.ServiceLoader}, makes one and calls it from one thread alone.
 *
 * <p>A peer gets its best way: as many threads as there are processors, its own memory, whatever
 * layout it likes best, everything prepared that can be. Its arithmetic is exact float32.
 */
public interface Peer {

  /** The version of the library. */
  String version();

  /**
   * Prepares a pass of a kernel.
   *
   * @param operands the inputs, which the run keeps in its own memory
   * @throws NotOfferedException if the library has no such kernel
   */
  default KernelRun kernel(Problem.Kernel problem, Operands operands) {
    throw new NotOfferedException("whole networks alone are compared with it");
  }

  /**
   * Prepares the training of the MNIST network with Adam, learning rate 0.001.
   *
   * @throws NotOfferedException if the library trains no networks
   */
  default TrainingRun training(Digits digits) {
    throw new NotOfferedException("kernels alone are compared with it");
  }

  /**
   * Prepares forward runs of the MNIST network, to the probabilities.
   *
   * @throws NotOfferedException if the library runs no networks
   */
  default InferenceRun inference(Digits digits) {
    throw new NotOfferedException("kernels alone are compared with it");
  }
}
