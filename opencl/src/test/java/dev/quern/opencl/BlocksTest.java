package dev.quern.opencl;

import dev.quern.dialect.BlocksConformance;

final class BlocksTest extends BlocksConformance {
  @Override
  protected String deviceId() {
    return WithDevice.ID;
  }
}
