package dev.quern.cpu;

import dev.quern.kernels.conformance.BackendProperties;

final class CpuPropertiesTest extends BackendProperties {
  @Override
  public String deviceId() {
    return "cpu";
  }
}
