package dev.quern.bench.result;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The roofline of a device: the most operations that it was seen to do, and the most bytes that it
 * was seen to move, by how much memory they lie in (Williams, Waterman and Patterson, 2009).
 *
 * @param gflops operations in a nanosecond, or null while not known
 * @param levels memory, the fastest and smallest first; empty while not known
 */
public record Ceilings(@Nullable Double gflops, List<Level> levels) {

  /**
   * Caches of one kind together, or the memory behind them.
   *
   * @param name as people call it
   * @param bytes what it holds; infinite of memory
   * @param gigabytes bytes copied in a nanosecond, those read and those written together
   */
  public record Level(String name, double bytes, double gigabytes) {}

  /** Nothing known. */
  public static final Ceilings UNKNOWN = new Ceilings(null, List.of());

  /** Copies the list. */
  public Ceilings {
    levels = List.copyOf(levels);
  }

  /** Bytes copied in a nanosecond behind all caches; null while not known. */
  public @Nullable Double memory() {
    return levels.isEmpty() ? null : levels.getLast().gigabytes();
  }

  /** The level that so many bytes lie in, or null if none is known. */
  public @Nullable Level level(double bytes) {
    for (Level level : levels) {
      if (bytes <= level.bytes()) {
        return level;
      }
    }
    return levels.isEmpty() ? null : levels.getLast();
  }

  /**
   * The time that the ceilings allow, as a share of the time that was taken. Null if a ceiling is
   * not known, or for whole networks.
   */
  public @Nullable Double share(Measurement measurement) {
    Level level = level(measurement.bytes());
    if (gflops == null || level == null || measurement.images() > 0) {
      return null;
    }
    double least = Math.max(measurement.flops() / gflops, measurement.bytes() / level.gigabytes());
    return least / measurement.nanos();
  }

  Map<String, @Nullable Object> asMap() {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("gflops", gflops);
    map.put(
        "levels",
        levels.stream()
            .map(
                level -> {
                  Map<String, @Nullable Object> one = new LinkedHashMap<>();
                  one.put("name", level.name());
                  one.put("bytes", Double.isInfinite(level.bytes()) ? null : level.bytes());
                  one.put("gigabytes_per_second", level.gigabytes());
                  return one;
                })
            .toList());
    return map;
  }

  static Ceilings from(Fields fields) {
    return new Ceilings(
        fields.numberOrNull("gflops"),
        fields.objects("levels").stream()
            .map(
                level -> {
                  Double bytes = level.numberOrNull("bytes");
                  return new Level(
                      level.text("name"),
                      bytes == null ? Double.POSITIVE_INFINITY : bytes,
                      level.number("gigabytes_per_second"));
                })
            .toList());
  }
}
