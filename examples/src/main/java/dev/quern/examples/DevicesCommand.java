package dev.quern.examples;

import dev.quern.core.Detection;
import dev.quern.core.DeviceInfo;
import dev.quern.core.Probe;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.jr.ob.JSON;

/** Lists what can compute here, and why the rest cannot. */
@Command(
    name = "devices",
    description = "Lists the devices: id, name, backend, driver, memory, and why one is unusable.",
    mixinStandardHelpOptions = true)
final class DevicesCommand implements Callable<Integer> {
  @Spec private CommandSpec command;

  @Option(
      names = {"-v", "--verbose"},
      description = "Also the errors behind unusable backends.")
  private boolean verbose;

  @Option(names = "--json", description = "One JSON object instead of a table.")
  private boolean json;

  DevicesCommand() {}

  @Override
  public Integer call() {
    Detection detection = Detection.detect();
    PrintWriter out = command.commandLine().getOut();
    if (json) {
      out.println(JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(asMap(detection)));
    } else {
      table(detection, out);
    }
    out.flush();
    return 0;
  }

  private static Map<String, Object> asMap(Detection detection) {
    List<Map<String, Object>> devices = new ArrayList<>();
    List<Map<String, Object>> backends = new ArrayList<>();
    for (Probe probe : detection.probes()) {
      Map<String, Object> backend = new LinkedHashMap<>();
      backend.put("backend", probe.backend());
      backend.put("available", probe.available());
      backend.put("reason", probe.reason());
      backends.add(backend);
      probe.devices().forEach(info -> devices.add(asMap(info)));
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("devices", devices);
    all.put("backends", backends);
    all.put("auto", detection.devices().isEmpty() ? "" : detection.best().info().id());
    return all;
  }

  private static Map<String, Object> asMap(DeviceInfo info) {
    Map<String, Object> device = new LinkedHashMap<>();
    device.put("id", info.id());
    device.put("name", info.name());
    device.put("backend", info.backend());
    device.put("kind", info.kind().name());
    device.put("driver", info.driver());
    device.put("memory_bytes", info.memoryBytes());
    device.put("usable", info.usable());
    if (info.unusableBecause() != null) {
      device.put("unusable_because", info.unusableBecause());
    }
    return device;
  }

  private void table(Detection detection, PrintWriter out) {
    out.printf("%-10s %-8s %8s  %-6s %s%n", "ID", "BACKEND", "MEMORY", "USABLE", "NAME, DRIVER");
    for (Probe probe : detection.probes()) {
      for (DeviceInfo info : probe.devices()) {
        out.printf(
            "%-10s %-8s %8s  %-6s %s, %s%n",
            info.id(),
            info.backend(),
            gibibytes(info.memoryBytes()),
            info.usable() ? "yes" : "no",
            info.name(),
            info.driver());
        if (info.unusableBecause() != null) {
          out.println("           unusable: " + info.unusableBecause());
        }
      }
      if (!probe.available()) {
        out.printf("%-10s %-8s %8s  %-6s %s%n", "-", probe.backend(), "-", "no", probe.reason());
      }
      if (verbose && probe.cause() != null) {
        out.println("           cause: " + probe.cause());
      }
    }
    out.println("auto: " + detection.report());
  }

  private static String gibibytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f GiB", bytes / 1073741824.0);
  }
}
