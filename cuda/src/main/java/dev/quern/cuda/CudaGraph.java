package dev.quern.cuda;

import dev.quern.core.Replay;
import jcuda.driver.CUgraphExec;
import jcuda.driver.JCudaDriver;

/** A recording as a CUDA graph: one call launches all of it. */
final class CudaGraph extends Replay {
  private final CudaStream stream;
  private final CUgraphExec graph;

  CudaGraph(CudaStream stream, String label, CUgraphExec graph) {
    super(stream, label);
    this.stream = stream;
    this.graph = graph;
  }

  @Override
  protected void enqueue() {
    stream.launch(graph, label());
  }

  @Override
  protected void releaseRecording() {
    stream.enter();
    JCudaDriver.cuGraphExecDestroy(graph);
  }
}
