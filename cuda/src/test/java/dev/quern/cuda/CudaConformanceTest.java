package dev.quern.cuda;

import dev.quern.kernels.conformance.BackendConformance;

/** On a GPU, if there is one; and again on the imitated libraries of each CUDA version. */
final class CudaConformanceTest extends BackendConformance {
  static {
    ImitatedCuda.install();
  }

  @Override
  public String deviceId() {
    return "cuda:0";
  }
}
