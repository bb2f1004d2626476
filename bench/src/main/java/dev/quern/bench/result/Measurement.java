package dev.quern.bench.result;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How long something took.
 *
 * @param implementation how it is computed
 * @param checked whether its answer was compared with the reference first
 * @param device a run's time by the device's clock, or null where only the host's is known
 * @param wall the same by the host's clock
 * @param replay a run's time by the device's clock when a recording holds many, or null
 * @param cold the time of a run by the host's clock whose data no cache holds, or null
 * @param call what it costs the host to enqueue a run, or null
 * @param runs runs in each sample
 * @param flops operations of a run
 * @param bytes bytes that a run must at least move
 * @param images pictures that a run of a network takes in; 0 of a kernel
 */
public record Measurement(
    String implementation,
    boolean checked,
    @Nullable Summary device,
    Summary wall,
    @Nullable Summary replay,
    @Nullable Summary cold,
    @Nullable Summary call,
    int runs,
    double flops,
    double bytes,
    double images) {

  /** Operations to a byte from which on a problem's rate is told in operations. */
  private static final double BALANCE = 10;

  /** The time of a run that rates come from: the device's own, launches left out if known. */
  public double nanos() {
    return times().median();
  }

  /** The times of a run that rates come from. */
  public Summary times() {
    Summary known = device == null ? wall : device;
    return replay == null || known.median() < replay.median() ? known : replay;
  }

  /** Operations in a nanosecond. */
  public double gflops() {
    return flops / nanos();
  }

  /** Bytes in a nanosecond. */
  public double gigabytes() {
    return bytes / nanos();
  }

  /** Pictures in a second, of a network. */
  public double imagesPerSecond() {
    return images / nanos() * 1e9;
  }

  /** Whether the operations are what it is measured by, rather than the bytes. */
  public boolean computes() {
    return flops > BALANCE * bytes;
  }

  void write(Map<String, @Nullable Object> map) {
    map.put("implementation", implementation);
    map.put("checked", checked);
    map.put("runs_in_a_sample", runs);
    map.put("device", Summary.mapOf(device));
    map.put("wall", Summary.mapOf(wall));
    map.put("replay", Summary.mapOf(replay));
    map.put("cold", Summary.mapOf(cold));
    map.put("call", Summary.mapOf(call));
    map.put("flops", flops);
    map.put("bytes", bytes);
    map.put("images", images);
    if (images > 0) {
      map.put("images_per_second", imagesPerSecond());
    } else {
      map.put("gflops", gflops());
      map.put("gigabytes_per_second", gigabytes());
    }
  }

  static Measurement from(Fields fields) {
    return new Measurement(
        fields.text("implementation"),
        fields.flag("checked"),
        Summary.from(fields.objectOrNull("device")),
        Objects.requireNonNull(Summary.from(fields.object("wall"))),
        Summary.from(fields.objectOrNull("replay")),
        Summary.from(fields.objectOrNull("cold")),
        Summary.from(fields.objectOrNull("call")),
        (int) fields.number("runs_in_a_sample"),
        fields.number("flops"),
        fields.number("bytes"),
        fields.number("images"));
  }
}
