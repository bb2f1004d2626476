package dev.quern.core;

/**
 * A usable device that has been found but not opened.
 *
 * @param info what is known of it
 * @param provider the backend that opens it
 */
public record AvailableDevice(DeviceInfo info, BackendProvider provider) {

  /** Opens the device. The caller closes it. */
  public Device open() {
    return provider.open(info);
  }
}
