package dev.quern.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.kernels.conformance.DeviceUnderTest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A test of the first OpenCL device; skipped, in sight, where there is none. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class WithDevice {
  static final String ID = "opencl:0";

  private @Nullable DeviceUnderTest found;

  @BeforeAll
  void findDevice() {
    found = DeviceUnderTest.find(ID);
    System.out.println(getClass().getSimpleName() + " on " + found);
  }

  @AfterAll
  void closeDevice() {
    if (found != null) {
      found.close();
    }
  }

  /** A factory that finds no device gives up without being counted as a skip: this test is. */
  @Test
  void deviceIsHere() {
    assertThat(device().info().usable()).isTrue();
  }

  final ClDevice device() {
    if (found == null) {
      throw new IllegalStateException("the device has not been looked for");
    }
    return (ClDevice) found.get();
  }
}
