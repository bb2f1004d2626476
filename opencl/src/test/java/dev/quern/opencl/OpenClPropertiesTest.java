package dev.quern.opencl;

import dev.quern.kernels.conformance.BackendProperties;

final class OpenClPropertiesTest extends BackendProperties {
  @Override
  public String deviceId() {
    return "opencl:0";
  }
}
