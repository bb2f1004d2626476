package dev.quern.bench;

import org.jspecify.annotations.Nullable;

/**
 * The most that this device was seen to do: operations by the best matrix product, bytes by the
 * copy. Both are measured first, so that what comes after can be compared.
 */
final class Ceilings {
  private double gflops;
  private double gigabytes;

  /** Takes a result into account. */
  void add(Result result) {
    Measurement measurement = result.measurement();
    if (measurement == null) {
      return;
    }
    if (result.name().startsWith("gemm/")) {
      gflops = Math.max(gflops, measurement.gflops());
    }
    if (result.name().startsWith(CopyEntry.OP)) {
      gigabytes = Math.max(gigabytes, measurement.gigabytes());
    }
  }

  /** Operations in a nanosecond, or null while no product was measured. */
  @Nullable Double gflops() {
    return gflops == 0 ? null : gflops;
  }

  /** Bytes in a nanosecond, or null while the copy was not measured. */
  @Nullable Double gigabytes() {
    return gigabytes == 0 ? null : gigabytes;
  }

  /**
   * The time that the ceilings allow, as a share of the time that was taken; what fits into caches
   * may be above 1. Null if a ceiling is not known, or for whole networks.
   */
  @Nullable Double share(Measurement measurement) {
    if (gflops == 0 || gigabytes == 0 || measurement.images() > 0) {
      return null;
    }
    return Math.max(measurement.flops() / gflops, measurement.bytes() / gigabytes)
        / measurement.nanos();
  }
}
