package dev.quern.peers.openblas;

import dev.quern.bench.peers.KernelRun;
import dev.quern.bench.peers.NotOfferedException;
import dev.quern.bench.peers.Operands;
import dev.quern.bench.peers.Peer;
import dev.quern.bench.suite.Problem;
import dev.quern.kernels.Gemm;
import org.bytedeco.openblas.global.openblas;

/** OpenBLAS: matrix products. */
public final class OpenBlas implements Peer {

  /** Takes all processors. */
  public OpenBlas() {
    openblas.blas_set_num_threads(Runtime.getRuntime().availableProcessors());
  }

  @Override
  public String version() {
    String version = openblas.class.getPackage().getImplementationVersion();
    return version == null ? "unknown" : version; // with that of the presets behind
  }

  @Override
  public KernelRun kernel(Problem.Kernel problem, Operands operands) {
    if (problem.spec() instanceof Gemm.Spec spec) {
      return new Product(spec, operands);
    }
    throw new NotOfferedException("it has no other kernels than products");
  }
}
