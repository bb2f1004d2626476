package dev.quern.peers.clblast;

import dev.quern.bench.peers.KernelRun;
import dev.quern.bench.peers.NotOfferedException;
import dev.quern.bench.peers.Operands;
import dev.quern.bench.peers.Peer;
import dev.quern.bench.suite.Problem;
import dev.quern.kernels.Gemm;

/**
 * CLBlast: matrix products on the OpenCL device that the property {@code quern.peer.device} names.
 */
public final class ClBlast implements Peer {
  private final ClBlastLibrary library = ClBlastLibrary.open();
  private final OpenClQueue queue = OpenClQueue.of(System.getProperty("quern.peer.device", ""));

  /** For the service loader. */
  public ClBlast() {}

  @Override
  public String version() {
    return library.version();
  }

  @Override
  public KernelRun kernel(Problem.Kernel problem, Operands operands) {
    if (problem.spec() instanceof Gemm.Spec spec) {
      return new Product(library, queue, spec, operands);
    }
    throw new NotOfferedException("it has no other kernels than products");
  }
}
