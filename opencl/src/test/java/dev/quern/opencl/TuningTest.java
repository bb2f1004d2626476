package dev.quern.opencl;

import dev.quern.dialect.TuningConformance;

final class TuningTest extends TuningConformance {
  @Override
  protected String deviceId() {
    return WithDevice.ID;
  }
}
