package dev.quern.bench;

import dev.quern.core.AvailableDevice;
import dev.quern.core.Detection;
import dev.quern.core.Device;
import dev.quern.core.DeviceInfo;
import dev.quern.kernels.Precision;
import dev.quern.train.Sequential;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures kernels and training steps on a device. */
@Command(
    name = "bench",
    description = "Measures kernels and training steps, beside what the device can do at most.",
    mixinStandardHelpOptions = true)
public final class BenchCommand implements Callable<Integer> {
  private static final double MOST_SECONDS = 60;
  private static final double SECONDS = 1;
  private static final double QUICK_SECONDS = 0.2;

  private final Supplier<Sequential> network;

  @Spec private CommandSpec command;

  @Option(names = "--device", defaultValue = Detection.AUTO, description = "auto, cpu, cuda:0, ...")
  private String deviceId;

  @Option(
      names = "--case",
      description = "Only the cases whose name is this, or contains it; --list gives the names.")
  private @Nullable String pattern;

  @Option(names = "--list", description = "The names of the cases, and nothing measured.")
  private boolean list;

  @Option(
      names = "--seconds",
      description = "How long each pass is timed at most, after warming up. Default: 1; quick 0.2.")
  private @Nullable Double seconds;

  @Option(names = "--precision", defaultValue = "fp32", description = "fp32, or tf32 on GPUs.")
  private Precision precision;

  @Option(names = "--quick", description = "Fewer cases; less than a minute.")
  private boolean quick;

  @Option(
      names = "--limit",
      description = "Seconds after which no further case begins. Default: no limit.")
  private @Nullable Double limit;

  @Option(
      names = "--json",
      description = "File for everything as one JSON object, written anew after each case.")
  private @Nullable Path json;

  /**
   * For the command line, which fills in the options.
   *
   * @param network makes the MNIST network
   */
  public BenchCommand(Supplier<Sequential> network) {
    this.network = network;
  }

  @Override
  public Integer call() {
    double each = seconds != null ? seconds : quick ? QUICK_SECONDS : SECONDS;
    require("--seconds", each, MOST_SECONDS);
    require("--limit", limit == null ? 0 : limit, Double.MAX_VALUE);
    JsonFile file = json == null ? null : new JsonFile(json);
    if (file != null) {
      file.requireWritable();
    }
    AvailableDevice chosen = chosen();
    DeviceInfo.Kind kind = chosen.info().kind();
    List<Entry> entries =
        quick ? Suite.quick(kind, precision, network) : Suite.all(kind, precision, network);
    Set<String> wanted = Suite.matching(entries, pattern == null ? "" : pattern);
    if (list) {
      PrintWriter out = command.commandLine().getOut();
      wanted.forEach(out::println);
      out.flush();
      return 0;
    }
    try (Device device = chosen.open()) {
      return measure(new Conditions(device, each, precision), entries, wanted, file);
    }
  }

  private void require(String option, double value, double most) {
    if (!(value >= 0 && value <= most)) {
      throw new ParameterException(
          command.commandLine(),
          most == Double.MAX_VALUE
              ? option + " must be at least 0, but is " + value
              : "%s must be from 0 to %.0f, but is %s".formatted(option, most, value));
    }
  }

  private AvailableDevice chosen() {
    Detection detection = Detection.detect(deviceId);
    AvailableDevice chosen = detection.require(deviceId);
    if (deviceId.equals(Detection.AUTO)) {
      PrintWriter err = command.commandLine().getErr();
      err.println(detection.report());
      err.flush();
    }
    return chosen;
  }

  private int measure(
      Conditions conditions, List<Entry> entries, Set<String> wanted, @Nullable JsonFile file) {
    PrintWriter out = command.commandLine().getOut();
    Report report = new Report(conditions, quick, pattern);
    Table table = new Table(out, wanted);
    table.head();
    for (Entry entry : entries) {
      Set<String> lines = new LinkedHashSet<>(entry.names());
      lines.retainAll(wanted);
      if (lines.isEmpty() || (limit != null && report.seconds() > limit)) {
        continue;
      }
      entry.measure(
          conditions,
          lines,
          result -> {
            report.add(result);
            table.line(result, report.ceilings());
            if (file != null && file.isReplaceable()) {
              file.write(report.asMap(false)); // kept whatever comes
            }
          });
    }
    boolean complete = report.size() == wanted.size();
    if (file != null) {
      file.write(report.asMap(complete));
    }
    return verdict(report, wanted.size());
  }

  private int verdict(Report report, int wanted) {
    PrintWriter out = command.commandLine().getOut();
    int failures = report.failures();
    int leftOut = wanted - report.size();
    Ceilings most = report.ceilings();
    out.printf(
        Locale.ROOT,
        "%d measured, %d failed%s in %.0f s%s%s%n",
        report.size() - failures,
        failures,
        leftOut == 0 ? "" : ", " + leftOut + " left out for want of time",
        report.seconds(),
        most.gflops() == null ? "" : "; products %.0f GFLOP/s".formatted(most.gflops()),
        most.gigabytes() == null ? "" : "; copies %.0f GB/s".formatted(most.gigabytes()));
    out.flush();
    return failures == 0 ? 0 : 1;
  }
}
