package dev.quern.kernels.conformance;

import dev.quern.core.BackendUnavailableException;
import dev.quern.core.Detection;
import dev.quern.core.Device;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/**
 * The device that a suite is for, or the reason why it is not here. The reason is thrown by each
 * test and not while the suite is set up: build tools count a suite that could not be set up as no
 * tests at all, and nobody would see the skip.
 */
public final class DeviceUnderTest implements AutoCloseable {
  private static final String REQUIRED = "quern.require";

  private final @Nullable Device device;
  private final String absence;

  private DeviceUnderTest(@Nullable Device device, String absence) {
    this.device = device;
    this.absence = absence;
  }

  /** Looks for the device; -Dquern.require says whether it must be here. */
  public static DeviceUnderTest find(String id) {
    return find(id, System.getProperty(REQUIRED, ""));
  }

  /**
   * Looks for the device.
   *
   * @param required backends that must be here, separated by commas
   * @throws AssertionError if the device is not here and must be
   */
  static DeviceUnderTest find(String id, String required) {
    try {
      return new DeviceUnderTest(Detection.detect(id).require(id).open(), "");
    } catch (BackendUnavailableException e) {
      String backend = id.contains(":") ? id.substring(0, id.indexOf(':')) : id;
      List<String> names = List.of(required.split(","));
      if (names.contains(backend) || names.contains(id)) {
        throw new AssertionError(
            "-D" + REQUIRED + " names " + backend + ", but: " + e.getMessage(), e);
      }
      return new DeviceUnderTest(
          null,
          "NOT TESTED: %s (-D%s=%s makes this a failure)"
              .formatted(e.getMessage(), REQUIRED, backend));
    }
  }

  /** Opens the device once more. */
  static Device open(String id) {
    return find(id).get();
  }

  /**
   * The device.
   *
   * @throws TestAbortedException if it is not here
   */
  public Device get() {
    if (device == null) {
      throw new TestAbortedException(absence);
    }
    return device;
  }

  /** Whether {@link #get} gives it. */
  public boolean isHere() {
    return device != null;
  }

  @Override
  public void close() {
    if (device != null) {
      device.close();
    }
  }

  @Override
  public String toString() {
    return device == null ? absence : device.toString();
  }
}
