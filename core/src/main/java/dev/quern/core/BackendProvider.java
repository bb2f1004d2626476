package dev.quern.core;

/**
 * Service interface of a backend, found through {@link java.util.ServiceLoader}. Constructing a
 * provider loads no native library; only {@link #probe} does.
 */
public interface BackendProvider {

  /** Short name that device ids begin with: {@code cpu}, {@code opencl}, {@code cuda}. */
  String name();

  /** Among devices of the same kind, the backend with the higher priority is chosen first. */
  int priority();

  /**
   * Finds out what this backend offers here: really allocates, copies and computes a few numbers on
   * every device. Never throws: whatever goes wrong becomes the answer's reason.
   */
  Probe probe();

  /**
   * Opens a device that {@link #probe} listed as usable. The caller closes it.
   *
   * @throws BackendUnavailableException if it is no longer to be had
   */
  Device open(DeviceInfo info);
}
