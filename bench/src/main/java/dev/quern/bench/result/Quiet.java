package dev.quern.bench.result;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether a machine had nothing else to do while it was measured.
 *
 * @param peak its operations in a nanosecond
 * @param memory bytes copied in a nanosecond to and from memory
 * @param others processor time of other processes and of other guests of the host, as a share of
 *     all; null if not known
 * @param nearest nanoseconds that a line of memory took from one processor to the next, in the case
 *     with the least; null if not known
 * @param farthest the same in the case with the most
 */
public record Quiet(
    Change peak,
    Change memory,
    @Nullable Double others,
    @Nullable Double nearest,
    @Nullable Double farthest) {

  /**
   * What was measured twice.
   *
   * @param before the first case, or null if not measured
   * @param after the last case so far
   */
  public record Change(@Nullable Double before, @Nullable Double after) {
    /** Nothing measured. */
    public static final Change UNKNOWN = new Change(null, null);

    private boolean exceeds(double share) {
      return before != null
          && after != null
          && Math.abs(before - after) > share * Math.max(before, after);
    }
  }

  /** How far two peaks of a quiet machine lie apart, as a share: three times what was seen. */
  private static final double MOST_DIFFERENCE = 0.05;

  /** The same of memory, which all guests of a host use. */
  private static final double MOST_DIFFERENCE_OF_MEMORY = 0.1;

  /** Processor time of others that is no more than what a system always does. */
  private static final double MOST_OTHERS = 0.03;

  /** Between one cache and several lies a factor of seven or so, within each of one and a half. */
  private static final double MOVED = 2;

  /** Whether the second hand-over is that of processors which a host has moved apart. */
  public static boolean apart(double near, double far) {
    return far > MOVED * near;
  }

  /** Why the numbers deserve doubt; null if they do not, or if nothing is known. */
  public @Nullable String disturbance() {
    if (others != null && others > MOST_OTHERS) {
      return "other work took %.0f %% of the processors' time meanwhile".formatted(100 * others);
    }
    if (peak.exceeds(MOST_DIFFERENCE)) {
      return "the processors' peak was %.0f GFLOP/s before and %.0f after"
          .formatted(peak.before(), peak.after());
    }
    if (nearest != null && farthest != null && apart(nearest, farthest)) {
      return "a line of memory took %.0f to %.0f ns from one processor to the next"
          .formatted(nearest, farthest);
    }
    if (memory.exceeds(MOST_DIFFERENCE_OF_MEMORY)) {
      return "memory gave %.0f GB/s before and %.0f after, which cases past the caches hang on"
          .formatted(memory.before(), memory.after());
    }
    return null;
  }

  Map<String, @Nullable Object> asMap() {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("peak_gflops_before", peak.before());
    map.put("peak_gflops_after", peak.after());
    map.put("memory_gigabytes_before", memory.before());
    map.put("memory_gigabytes_after", memory.after());
    map.put("others_share", others);
    map.put("hand_over_nanos_least", nearest);
    map.put("hand_over_nanos_most", farthest);
    map.put("disturbance", disturbance());
    return map;
  }

  static Quiet from(Fields fields) {
    return new Quiet(
        change(fields, "peak_gflops"),
        change(fields, "memory_gigabytes"),
        fields.numberOrNull("others_share"),
        fields.numberOrNull("hand_over_nanos_least"),
        fields.numberOrNull("hand_over_nanos_most"));
  }

  private static Change change(Fields fields, String what) {
    return new Change(fields.numberOrNull(what + "_before"), fields.numberOrNull(what + "_after"));
  }
}
