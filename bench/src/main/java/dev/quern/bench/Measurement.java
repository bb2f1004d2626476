package dev.quern.bench;

import org.jspecify.annotations.Nullable;

/**
 * How long something took.
 *
 * @param implementation how it is computed
 * @param checked whether its answer was compared with the reference first
 * @param device a run's time by the device's clock, or null where only the host's is known
 * @param wall the same by the host's clock
 * @param replay a run's time by the device's clock when a recording holds many, or null
 * @param call what it costs the host to enqueue a run, or null
 * @param runs runs in each sample
 * @param flops operations of a run
 * @param bytes bytes that a run must at least move
 * @param images pictures that a run of a network takes in; 0 of a kernel
 */
record Measurement(
    String implementation,
    boolean checked,
    @Nullable Summary device,
    Summary wall,
    @Nullable Summary replay,
    @Nullable Summary call,
    int runs,
    double flops,
    double bytes,
    double images) {

  /** Operations to a byte from which on a problem's rate is told in operations. */
  private static final double BALANCE = 10;

  /** The time of a run that rates come from: the device's own, launches left out if known. */
  double nanos() {
    double known = device == null ? wall.median() : device.median();
    return replay == null ? known : Math.min(known, replay.median());
  }

  /** Operations in a nanosecond. */
  double gflops() {
    return flops / nanos();
  }

  /** Bytes in a nanosecond. */
  double gigabytes() {
    return bytes / nanos();
  }

  double imagesPerSecond() {
    return images / wall.median() * 1e9;
  }

  /** Whether the operations are what it is measured by, rather than the bytes. */
  boolean computes() {
    return flops > BALANCE * bytes;
  }
}
