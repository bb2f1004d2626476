package dev.quern.core;

/**
 * A device's memory at one moment, in bytes.
 *
 * @param liveBytes held now through this {@link Device}
 * @param peakBytes the most that was ever held at once
 * @param freeBytes what the device says is still to be had, by anyone
 */
public record Memory(long liveBytes, long peakBytes, long freeBytes) {

  /**
   * One holder of device memory.
   *
   * @param label what its creator called it
   * @param bytes its size
   */
  public record Owner(String label, long bytes) {}
}
