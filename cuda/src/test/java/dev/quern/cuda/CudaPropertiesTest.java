package dev.quern.cuda;

import dev.quern.kernels.conformance.BackendProperties;

/** Random problems. */
final class CudaPropertiesTest extends BackendProperties {
  static {
    ImitatedCuda.install();
  }

  @Override
  public String deviceId() {
    return "cuda:0";
  }
}
