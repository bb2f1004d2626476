package dev.quern.bench.result;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a run was asked for.
 *
 * @param precision arithmetic of products
 * @param seconds how long samples of one thing were taken at most
 * @param quick whether the list of cases is the short one
 * @param pattern which of them, or null for all
 * @param peers whether others were measured, too
 */
public record Settings(
    String precision, double seconds, boolean quick, @Nullable String pattern, boolean peers) {
  /** The same for all runs of this version. */
  private static final String WARM_UP =
      "kernels 1 s on processors and 0.05 s on GPUs, networks 3 s on processors; then until they"
          + " get no faster, three to four times as long at most";

  Map<String, @Nullable Object> asMap() {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("precision", precision);
    map.put("seconds", seconds);
    map.put("quick", quick);
    map.put("case", pattern);
    map.put("peers", peers);
    map.put("warm_up", WARM_UP);
    return map;
  }

  static Settings from(Fields fields) {
    return new Settings(
        fields.text("precision"),
        fields.number("seconds"),
        fields.flag("quick"),
        fields.textOrNull("case"),
        fields.flag("peers"));
  }
}
