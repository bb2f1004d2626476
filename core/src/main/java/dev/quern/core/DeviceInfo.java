package dev.quern.core;

import org.jspecify.annotations.Nullable;

/**
 * What a probe learned about one device.
 *
 * @param id stable name for the command line: {@code cpu}, {@code opencl:0}, {@code cuda:0}
 * @param backend name of the backend that drives it
 * @param kind what sort of processor it is
 * @param name the device's own name, as its driver gives it
 * @param driver the driver or instruction set that is used, with its version
 * @param memoryBytes memory in all
 * @param unusableBecause one sentence, or null when the device passed its probe
 */
public record DeviceInfo(
    String id,
    String backend,
    Kind kind,
    String name,
    String driver,
    long memoryBytes,
    @Nullable String unusableBecause) {

  /** Sorts of processor, fastest first: automatic choice prefers an earlier one. */
  public enum Kind {
    /** A graphics processor or another accelerator. */
    GPU,
    /** The host's own processor. */
    CPU
  }

  /** Whether the device computed the probe's few numbers correctly. */
  public boolean usable() {
    return unusableBecause == null;
  }
}
