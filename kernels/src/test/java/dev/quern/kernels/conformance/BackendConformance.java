package dev.quern.kernels.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.quern.core.Device;
import dev.quern.core.UnsupportedSpecException;
import dev.quern.kernels.cases.Case;
import dev.quern.kernels.cases.Cases;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * Everything that a backend must do, on every case. A backend's own class extends this and names
 * the device.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class BackendConformance
    implements MemoryConformance, StreamConformance, RefusalConformance, AllocationConformance {
  private @Nullable DeviceUnderTest found;

  /** The device to test, for example {@code cpu} or {@code opencl:0}. */
  @Override
  public abstract String deviceId();

  @BeforeAll
  void findDevice() {
    found = DeviceUnderTest.find(deviceId());
    System.out.println("conformance of " + found);
  }

  @AfterAll
  void closeDevice() {
    if (found != null) {
      found.close();
    }
  }

  @AfterEach
  void everythingIsFreed() {
    if (found().isHere()) {
      assertThat(device().memory().liveBytes())
          .as("bytes still held after everything was closed")
          .isZero();
    }
  }

  private DeviceUnderTest found() {
    if (found == null) {
      throw new IllegalStateException("the device has not been looked for");
    }
    return found;
  }

  @Override
  public Device device() {
    return found().get();
  }

  /** Skipped, in sight, when the device is absent. */
  @Test
  void deviceIsHere() {
    assertThat(device().info().usable()).isTrue();
  }

  /** Values, guard zones, repeatability and replay of every case. */
  @TestFactory
  Stream<DynamicTest> cases() {
    String wanted = System.getProperty("quern.case", "");
    List<Case<?>> cases = wanted.isEmpty() ? Cases.all() : Cases.named(wanted);
    return cases.stream().map(c -> dynamicTest(c.name(), () -> check(c)));
  }

  private void check(Case<?> problem) {
    try {
      CaseRunner.checkAll(device(), problem);
    } catch (UnsupportedSpecException e) {
      abort("NOT TESTED: " + e.getMessage());
    }
  }
}
