package dev.quern.bench.result;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether a machine had nothing else to do while it was measured.
 *
 * @param before its peak in operations a nanosecond before the first case, or null if not measured
 * @param after the same after the last case so far
 * @param others processor time of other processes and of other guests of the host, as a share of
 *     all; null if not known
 */
public record Quiet(@Nullable Double before, @Nullable Double after, @Nullable Double others) {
  /** How far two peaks of a quiet machine lie apart, as a share: three times what was seen. */
  private static final double MOST_DIFFERENCE = 0.05;

  /** Processor time of others that is no more than what a system always does. */
  private static final double MOST_OTHERS = 0.03;

  /** Why the numbers deserve doubt; null if they do not, or if nothing is known. */
  public @Nullable String disturbance() {
    if (others != null && others > MOST_OTHERS) {
      return "other work took %.0f %% of the processors' time meanwhile".formatted(100 * others);
    }
    if (before != null
        && after != null
        && Math.abs(before - after) > MOST_DIFFERENCE * Math.max(before, after)) {
      return "the processors' peak was %.0f GFLOP/s before and %.0f after".formatted(before, after);
    }
    return null;
  }

  Map<String, @Nullable Object> asMap() {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("peak_gflops_before", before);
    map.put("peak_gflops_after", after);
    map.put("others_share", others);
    map.put("disturbance", disturbance());
    return map;
  }

  static Quiet from(Fields fields) {
    return new Quiet(
        fields.numberOrNull("peak_gflops_before"),
        fields.numberOrNull("peak_gflops_after"),
        fields.numberOrNull("others_share"));
  }
}
