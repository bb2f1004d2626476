package dev.quern.bench.peers;

import dev.quern.kernels.OpSpec;
import dev.quern.kernels.Pass;

/** What Quern and a peer are both given to do. */
public sealed interface Problem {

  /** The line of the benchmark that it belongs to, by which the peer's process finds it again. */
  String name();

  /**
   * A pass of a kernel.
   *
   * @param spec the problem
   * @param pass what is run of it
   */
  record Kernel(OpSpec<?> spec, Pass pass) implements Problem {
    @Override
    public String name() {
      return spec.describe() + " " + pass;
    }
  }

  /**
   * The MNIST network.
   *
   * @param name the line
   * @param training whether steps of training are run, and not forward runs alone
   * @param batch pictures in a run
   */
  record Network(String name, boolean training, int batch) implements Problem {}
}
