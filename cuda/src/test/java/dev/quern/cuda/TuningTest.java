package dev.quern.cuda;

import dev.quern.dialect.TuningConformance;

final class TuningTest extends TuningConformance {
  static {
    ImitatedCuda.install();
  }

  @Override
  protected String deviceId() {
    return "cuda:0";
  }
}
