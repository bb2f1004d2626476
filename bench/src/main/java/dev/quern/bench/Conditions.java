package dev.quern.bench;

import dev.quern.core.Device;
import dev.quern.core.DeviceInfo;
import dev.quern.kernels.Precision;

/**
 * What all measurements of a run share.
 *
 * @param device what is measured
 * @param seconds how long samples of one thing are taken at most; 0 for as few as possible
 * @param precision arithmetic of products
 * @param replays whether recordings are timed, too
 */
record Conditions(Device device, double seconds, Precision precision, boolean replays) {

  /** Recordings are worth timing where launches cost much. */
  Conditions(Device device, double seconds, Precision precision) {
    this(device, seconds, precision, device.info().kind() == DeviceInfo.Kind.GPU);
  }
}
