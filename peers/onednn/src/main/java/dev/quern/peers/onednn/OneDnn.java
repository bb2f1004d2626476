package dev.quern.peers.onednn;

import dev.quern.bench.peers.KernelRun;
import dev.quern.bench.peers.NotOfferedException;
import dev.quern.bench.peers.Operands;
import dev.quern.bench.peers.Peer;
import dev.quern.bench.suite.Problem;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Gemm;
import dev.quern.kernels.MaxPool2d;
import dev.quern.kernels.Pass;
import dev.quern.kernels.Relu;
import dev.quern.kernels.SoftmaxCrossEntropy;
import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.stream;

/** oneDNN: most kernels. Its threads are libgomp's, one for each processor. */
public final class OneDnn implements Peer {
  private final engine processor = new engine(engine.kind.cpu, 0);
  private final stream queue = new stream(processor);

  /** For the service loader. */
  public OneDnn() {}

  @Override
  public String version() {
    dnnl_version_t version = dnnl.dnnl_version();
    return version.major() + "." + version.minor() + "." + version.patch();
  }

  @Override
  public KernelRun kernel(Problem.Kernel problem, Operands operands) {
    Pass pass = problem.pass();
    return switch (problem.spec()) {
      case Gemm.Spec spec -> build(work -> Products.prepare(work, spec, operands));
      case Conv2d.Spec spec -> convolution(spec, pass, operands);
      case MaxPool2d.Spec spec ->
          Fastest.of(
              Poolings.LAYOUTS,
              layout -> build(work -> new Poolings(work, spec, layout).prepare(pass, operands)));
      case Relu.Spec spec -> build(work -> Pointwise.relu(work, spec, pass, operands));
      case SoftmaxCrossEntropy.Spec spec -> build(work -> Pointwise.loss(work, spec, operands));
      default -> throw new NotOfferedException("it has no such kernel");
    };
  }

  private KernelRun convolution(Conv2d.Spec spec, Pass pass, Operands operands) {
    return switch (pass) {
      case BACKWARD_EPILOGUE -> build(work -> Pointwise.epilogue(work, spec, operands));
      default ->
          Fastest.of(
              Convolutions.LAYOUTS,
              layout ->
                  build(work -> new Convolutions(work, spec, layout).prepare(pass, operands)));
    };
  }

  private KernelRun build(Workbench.Plan plan) {
    return Workbench.build(processor, queue, plan);
  }
}
