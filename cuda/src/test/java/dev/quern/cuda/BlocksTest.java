package dev.quern.cuda;

import dev.quern.dialect.BlocksConformance;

final class BlocksTest extends BlocksConformance {
  static {
    ImitatedCuda.install();
  }

  @Override
  protected String deviceId() {
    return "cuda:0";
  }
}
