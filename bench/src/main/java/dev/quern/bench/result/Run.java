package dev.quern.bench.result;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One run of the benchmarks: where, when, how, and what came out.
 *
 * @param date when it began, as ISO 8601 in UTC
 * @param seconds how long it has taken
 * @param complete whether nothing will be added
 * @param settings how it was asked for
 * @param machine where it ran
 * @param quiet what else the machine had to do
 * @param devices what was measured, a device each
 */
public record Run(
    String date,
    double seconds,
    boolean complete,
    Settings settings,
    Machine machine,
    Quiet quiet,
    List<DeviceRun> devices) {

  /** Copies the list. */
  public Run {
    devices = List.copyOf(devices);
  }

  /** How many cases went wrong, on all devices. */
  public int failures() {
    return devices.stream().mapToInt(DeviceRun::failures).sum();
  }

  /** How many cases have a result, on all devices. */
  public int size() {
    return devices.stream().mapToInt(device -> device.results().size()).sum();
  }

  /** The same with one device alone. */
  public Run only(DeviceRun device) {
    return new Run(date, seconds, complete, settings, machine, quiet, List.of(device));
  }

  /** For JSON. */
  public Map<String, @Nullable Object> asMap() {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("date", date);
    map.put("seconds", seconds);
    map.put("complete", complete);
    map.put("settings", settings.asMap());
    map.put("machine", machine.asMap());
    map.put("quiet", quiet.asMap());
    map.put("devices", devices.stream().map(DeviceRun::asMap).toList());
    return map;
  }

  /** From JSON. */
  public static Run from(Fields fields) {
    return new Run(
        fields.text("date"),
        fields.number("seconds"),
        fields.flag("complete"),
        Settings.from(fields.object("settings")),
        Machine.from(fields.object("machine")),
        Quiet.from(fields.object("quiet")),
        fields.objects("devices").stream().map(DeviceRun::from).toList());
  }
}
