package dev.quern.kernels.conformance;

import dev.quern.core.BackendUnavailableException;
import dev.quern.core.Detection;
import dev.quern.core.Device;
import java.util.List;
import org.opentest4j.TestAbortedException;

/** Opens the device that a suite is for, or says plainly that it is not here. */
final class DeviceUnderTest {
  private static final String REQUIRED = "quern.require";

  private DeviceUnderTest() {}

  static Device open(String id) {
    return open(id, System.getProperty(REQUIRED, ""));
  }

  /**
   * Opens the device.
   *
   * @param required backends whose absence is a failure, separated by commas
   */
  static Device open(String id, String required) {
    try {
      return Detection.detect().require(id).open();
    } catch (BackendUnavailableException e) {
      String backend = id.contains(":") ? id.substring(0, id.indexOf(':')) : id;
      List<String> names = List.of(required.split(","));
      if (names.contains(backend) || names.contains(id)) {
        throw new AssertionError(
            "-D" + REQUIRED + " names " + backend + ", but: " + e.getMessage(), e);
      }
      throw new TestAbortedException(
          "NOT TESTED: %s (-D%s=%s makes this a failure)"
              .formatted(e.getMessage(), REQUIRED, backend),
          e);
    }
  }
}
