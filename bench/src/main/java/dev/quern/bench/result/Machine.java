package dev.quern.bench.result;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What numbers hang on beside the device.
 *
 * @param cpu what the processor calls itself, or null
 * @param processors how many Java may use
 * @param clock of a processor in MHz when it was looked at, or null
 * @param system kernel and version
 * @param architecture as Java names it
 * @param java its version
 * @param javaVendor whose it is
 * @param javaFlags what it was started with; of paths the last name alone
 * @param commit of Quern, or null
 */
public record Machine(
    @Nullable String cpu,
    int processors,
    @Nullable Double clock,
    String system,
    String architecture,
    String java,
    String javaVendor,
    List<String> javaFlags,
    @Nullable String commit) {

  /** Copies the list. */
  public Machine {
    javaFlags = List.copyOf(javaFlags);
  }

  /** Whether numbers of the two can stand side by side: as many processors, of one name. */
  public boolean isLike(Machine other) {
    return processors == other.processors && Objects.equals(cpu, other.cpu);
  }

  Map<String, @Nullable Object> asMap() {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("cpu", cpu);
    map.put("processors", processors);
    map.put("clock_mhz", clock);
    map.put("system", system);
    map.put("architecture", architecture);
    map.put("java", java);
    map.put("java_vendor", javaVendor);
    map.put("java_flags", javaFlags);
    map.put("commit", commit);
    return map;
  }

  static Machine from(Fields fields) {
    return new Machine(
        fields.textOrNull("cpu"),
        (int) fields.number("processors"),
        fields.numberOrNull("clock_mhz"),
        fields.text("system"),
        fields.text("architecture"),
        fields.text("java"),
        fields.text("java_vendor"),
        fields.texts("java_flags"),
        fields.textOrNull("commit"));
  }
}
