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
 * @param best of what was seen beside the cases, number by number
 * @param worst of the same
 */
public record Quiet(Change peak, Change memory, @Nullable Double others, Look best, Look worst) {

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

  /** Why the numbers deserve doubt; null if they do not, or if nothing is known. */
  public @Nullable String disturbance() {
    if (others != null && others > MOST_OTHERS) {
      return "other work took %.0f %% of the processors' time meanwhile".formatted(100 * others);
    }
    if (peak.exceeds(MOST_DIFFERENCE)) {
      return "the processors' peak was %.0f GFLOP/s before and %.0f after"
          .formatted(peak.before(), peak.after());
    }
    String worse = worst.worseThan(best);
    if (worse != null) {
      return "in a case or more " + worse;
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
    map.put("peak_gflops_most", best.peak());
    map.put("peak_gflops_least", worst.peak());
    map.put("hand_over_nanos_least", best.handOver());
    map.put("hand_over_nanos_most", worst.handOver());
    map.put("issued_gops_most", best.issued());
    map.put("issued_gops_least", worst.issued());
    map.put("disturbance", disturbance());
    return map;
  }

  static Quiet from(Fields fields) {
    return new Quiet(
        change(fields, "peak_gflops"),
        change(fields, "memory_gigabytes"),
        fields.numberOrNull("others_share"),
        new Look(
            fields.numberOrNull("peak_gflops_most"),
            fields.numberOrNull("hand_over_nanos_least"),
            fields.numberOrNull("issued_gops_most")),
        new Look(
            fields.numberOrNull("peak_gflops_least"),
            fields.numberOrNull("hand_over_nanos_most"),
            fields.numberOrNull("issued_gops_least")));
  }

  private static Change change(Fields fields, String what) {
    return new Change(fields.numberOrNull(what + "_before"), fields.numberOrNull(what + "_after"));
  }
}
