package dev.quern.bench;

import dev.quern.core.UnsupportedSpecException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What became of one case's pass.
 *
 * @param name the case and the pass
 * @param outcome how it went
 * @param message why it did not go well, or null
 * @param measurement what was measured, or null
 */
record Result(
    String name, Outcome outcome, @Nullable String message, @Nullable Measurement measurement) {

  /** How it can go. */
  enum Outcome {
    /** Measured. */
    OK("ok"),
    /** The device does not offer the problem, and says why. */
    ABSENT("absent"),
    /** Wrong numbers, or an error. */
    FAILED("failed");

    private final String text;

    Outcome(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  static Result ok(String name, Measurement measurement) {
    return new Result(name, Outcome.OK, null, measurement);
  }

  static Result absent(String name, UnsupportedSpecException e) {
    return new Result(name, Outcome.ABSENT, reason(e), null);
  }

  static Result failed(String name, RuntimeException e) {
    return failed(name, reason(e));
  }

  static Result failed(String name, String message) {
    return new Result(name, Outcome.FAILED, message, null);
  }

  private static String reason(RuntimeException e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  /** For JSON; what is not known is null, and not left out. */
  Map<String, @Nullable Object> asMap(Ceilings ceilings) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("name", name);
    map.put("outcome", outcome.toString());
    map.put("message", message);
    Measurement m = measurement;
    if (m == null) {
      return map;
    }
    map.put("implementation", m.implementation());
    map.put("checked", m.checked());
    map.put("runs_in_a_sample", m.runs());
    map.put("device", asMap(m.device()));
    map.put("wall", asMap(m.wall()));
    map.put("replay", asMap(m.replay()));
    map.put("call", asMap(m.call()));
    map.put("flops", m.flops());
    map.put("bytes", m.bytes());
    if (m.images() > 0) {
      map.put("images_per_second", m.imagesPerSecond());
    } else {
      map.put("gflops", m.gflops());
      map.put("gigabytes_per_second", m.gigabytes());
      map.put("share_of_ceiling", ceilings.share(m));
    }
    return map;
  }

  private static @Nullable Map<String, Object> asMap(@Nullable Summary summary) {
    return summary == null ? null : summary.asMap();
  }
}
