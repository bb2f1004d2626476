package dev.quern.bench;

import dev.quern.core.DeviceInfo;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Everything about a run, as one JSON object. */
final class Report {
  private final Map<String, Object> device = new LinkedHashMap<>();
  private final Map<String, @Nullable Object> settings = new LinkedHashMap<>();
  private final Map<String, @Nullable Object> environment = Environment.asMap();
  private final String date = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  private final long begun = System.nanoTime();
  private final Ceilings ceilings = new Ceilings();
  private final List<Result> results = new ArrayList<>();

  /**
   * A report without results.
   *
   * @param conditions on which device, and how
   * @param quick whether the list is the short one
   * @param pattern which of its lines, or null for all
   */
  Report(Conditions conditions, boolean quick, @Nullable String pattern) {
    DeviceInfo info = conditions.device().info();
    device.put("id", info.id());
    device.put("name", info.name());
    device.put("backend", info.backend());
    device.put("kind", info.kind().name());
    device.put("driver", info.driver());
    device.put("memory_bytes", info.memoryBytes());
    settings.put("precision", conditions.precision().name().toLowerCase(Locale.ROOT));
    settings.put("seconds", conditions.seconds());
    settings.put("quick", quick);
    settings.put("case", pattern);
  }

  void add(Result result) {
    results.add(result);
    ceilings.add(result);
  }

  Ceilings ceilings() {
    return ceilings;
  }

  /** How many cases went wrong. */
  int failures() {
    return (int) results.stream().filter(r -> r.outcome() == Result.Outcome.FAILED).count();
  }

  int size() {
    return results.size();
  }

  double seconds() {
    return (System.nanoTime() - begun) / 1e9;
  }

  /**
   * The object as it is now.
   *
   * @param complete whether nothing will be added
   */
  Map<String, @Nullable Object> asMap(boolean complete) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("device", device);
    map.put("settings", settings);
    map.put("environment", environment);
    map.put("date", date);
    map.put("seconds", seconds());
    map.put("complete", complete);
    Map<String, @Nullable Object> most = new LinkedHashMap<>();
    most.put("gflops", ceilings.gflops());
    most.put("gigabytes_per_second", ceilings.gigabytes());
    map.put("ceilings", most);
    map.put("results", results.stream().map(result -> result.asMap(ceilings)).toList());
    return map;
  }
}
