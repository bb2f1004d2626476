package dev.quern.bench.result;

import dev.quern.core.DeviceInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was measured on one device.
 *
 * @param device which one
 * @param ceilings what it can do at most
 * @param results what it did, in the order of measuring
 */
public record DeviceRun(DeviceInfo device, Ceilings ceilings, List<Result> results) {

  /** Copies the list. */
  public DeviceRun {
    results = List.copyOf(results);
  }

  /** How many cases went wrong. */
  public int failures() {
    return (int) results.stream().filter(r -> r.outcome() == Outcome.FAILED).count();
  }

  Map<String, @Nullable Object> asMap() {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("id", device.id());
    map.put("name", device.name());
    map.put("backend", device.backend());
    map.put("kind", device.kind().name());
    map.put("driver", device.driver());
    map.put("memory_bytes", device.memoryBytes());
    map.put("ceilings", ceilings.asMap());
    map.put("results", results.stream().map(result -> result.asMap(ceilings)).toList());
    return map;
  }

  static DeviceRun from(Fields fields) {
    return new DeviceRun(
        new DeviceInfo(
            fields.text("id"),
            fields.text("backend"),
            fields.choice("kind", DeviceInfo.Kind.values()),
            fields.text("name"),
            fields.text("driver"),
            (long) fields.number("memory_bytes"),
            null),
        Ceilings.from(fields.object("ceilings")),
        fields.objects("results").stream().map(Result::from).toList());
  }
}
