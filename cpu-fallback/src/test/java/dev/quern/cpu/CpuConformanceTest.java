package dev.quern.cpu;

import dev.quern.kernels.conformance.BackendConformance;

final class CpuConformanceTest extends BackendConformance {
  @Override
  public String deviceId() {
    return "cpu";
  }
}
