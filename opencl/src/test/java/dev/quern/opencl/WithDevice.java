package dev.quern.opencl;

import dev.quern.dialect.WithDialectDevice;

/** A test of the first OpenCL device. */
abstract class WithDevice extends WithDialectDevice {
  static final String ID = "opencl:0";

  @Override
  protected final String deviceId() {
    return ID;
  }

  @Override
  protected final ClDevice device() {
    return (ClDevice) super.device();
  }
}
