package dev.quern.opencl;

import dev.quern.kernels.conformance.BackendConformance;

final class OpenClConformanceTest extends BackendConformance {
  @Override
  public String deviceId() {
    return "opencl:0";
  }
}
