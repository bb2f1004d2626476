package dev.quern.bench.meter;

import dev.quern.bench.machine.Calm;
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
 * @param coldRuns whether runs on cold caches are timed, too
 * @param calm whether the machine is fit for measuring
 * @param rivals who is measured in turns with the device
 */
public record Conditions(
    Device device,
    double seconds,
    Precision precision,
    boolean replays,
    boolean coldRuns,
    Calm calm,
    Rivals rivals) {

  /** Recordings are worth timing where launches cost much. */
  public static Conditions of(
      Device device,
      double seconds,
      Precision precision,
      boolean coldRuns,
      Calm calm,
      Rivals rivals) {
    boolean gpu = device.info().kind() == DeviceInfo.Kind.GPU;
    return new Conditions(device, seconds, precision, gpu, coldRuns, calm, rivals);
  }
}
