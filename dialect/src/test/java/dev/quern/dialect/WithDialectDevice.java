package dev.quern.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.kernels.conformance.DeviceUnderTest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A test of one device; skipped, in sight, where it is absent. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class WithDialectDevice {
  private @Nullable DeviceUnderTest found;

  /** The device to test, for example {@code opencl:0}. */
  protected abstract String deviceId();

  @BeforeAll
  void findDevice() {
    found = DeviceUnderTest.find(deviceId());
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

  /** The device; aborts the test if it is not here. */
  protected DialectDevice device() {
    if (found == null) {
      throw new IllegalStateException("the device has not been looked for");
    }
    return (DialectDevice) found.get();
  }
}
