package dev.quern.bench;

import dev.quern.bench.machine.Calm;
import dev.quern.bench.meter.Conditions;
import dev.quern.bench.meter.Rivals;
import dev.quern.bench.peers.Pairing;
import dev.quern.bench.peers.Peers;
import dev.quern.bench.suite.Problem;
import dev.quern.bench.suite.Suite;
import dev.quern.core.AvailableDevice;
import dev.quern.core.Detection;
import dev.quern.core.Device;
import dev.quern.core.DeviceInfo;
import dev.quern.core.SpecException;
import dev.quern.kernels.Precision;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What is to be measured, on which devices and for how long: the options that say so. */
final class Selection {
  private static final String ALL = "all";
  private static final String CPU = "cpu";

  private static final Pairing QUICK_PAIRS =
      new Pairing(5, Duration.ofMillis(50), Pairing.USUAL.settle(), Calm.UNWATCHED);

  private static final double MOST_SECONDS = 60;
  private static final double SECONDS = 1;
  private static final double QUICK_SECONDS = 0.5;

  @Spec(Spec.Target.MIXEE)
  private picocli.CommandLine.Model.CommandSpec command;

  @Option(
      names = "--device",
      defaultValue = ALL,
      description = "all (the default), auto for the best one, or cpu, cuda:0, ...")
  private String deviceId;

  @Option(
      names = "--case",
      description =
          "Only the cases whose name is this, or contains it; * stands for anything. --list gives"
              + " the names.")
  private @Nullable String pattern;

  @Option(names = "--quick", description = "Fewer cases, shorter: a minute a device or so.")
  private boolean quick;

  @Option(
      names = "--seconds",
      description = "How long each pass is timed at most, after warming up. Default: 1; quick 0.5.")
  private @Nullable Double seconds;

  @Option(
      names = "--precision",
      defaultValue = "fp32",
      description = "fp32 (the default), or tf32 on GPUs.")
  private Precision precision;

  @Option(
      names = "--peers",
      description = "Also other libraries on the same problems, in turns with ours.")
  private boolean peers;

  @Option(
      names = "--shared",
      description = "Also the problems of the conformance suite: hundreds, most of them tiny.")
  private boolean shared;

  @Option(
      names = "--growth",
      description =
          "Other cases: how cost grows with the batch, from 1 to 1024, and with the side of"
              + " pictures, from 28 to 224.")
  private boolean growth;

  @Option(
      names = "--limit",
      description = "Seconds after which no further case begins. Default: no limit.")
  private @Nullable Double limit;

  /** Refuses what means nothing or cannot be done. */
  void check() {
    require("--seconds", seconds(), MOST_SECONDS);
    require("--limit", limit == null ? 0 : limit, Double.MAX_VALUE);
    if (peers && System.getProperty(Peers.FOLDER) == null) {
      throw new SpecException(
          "--peers needs the other libraries: ./quern bench --peers builds them in a source tree");
    }
    if (growth && (quick || shared || peers)) {
      throw new ParameterException(
          command.commandLine(),
          "--growth has cases of its own, for Quern alone: leave --quick, --shared and --peers"
              + " out");
    }
    if (quick && shared) {
      throw new ParameterException(
          command.commandLine(), "--shared adds to the whole list; leave --quick out");
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

  double seconds() {
    return seconds != null ? seconds : quick ? QUICK_SECONDS : SECONDS;
  }

  /** Whether there is time for another case. */
  boolean allows(double secondsSoFar) {
    return limit == null || secondsSoFar <= limit;
  }

  Precision precision() {
    return precision;
  }

  boolean quick() {
    return quick;
  }

  @Nullable String pattern() {
    return pattern;
  }

  /** The pattern, or an empty one that everything fits. */
  String patternText() {
    return pattern == null ? "" : pattern;
  }

  /** Whether others are measured, too. */
  boolean withPeers() {
    return peers;
  }

  /**
   * The others, if they are wanted.
   *
   * @throws SpecException if they are not built
   */
  @Nullable Peers peers(DeviceInfo device) {
    if (!peers) {
      return null;
    }
    return new Peers(Path.of(System.getProperty(Peers.FOLDER)), device);
  }

  /** What all measurements on a device share. */
  Conditions conditions(Device device, Calm calm, @Nullable Peers others) {
    Pairing pairing = (quick ? QUICK_PAIRS : Pairing.USUAL).watching(calm);
    return Conditions.of(
        device,
        seconds(),
        precision,
        !quick && seconds() > 0,
        calm,
        others == null ? Rivals.NONE : Rivals.of(others, device.info(), pairing));
  }

  /** Whether it says how long to measure. */
  boolean timesItself() {
    return seconds != null || limit != null;
  }

  /** Whether it is about one problem in many sizes. */
  boolean growth() {
    return growth;
  }

  /** The device that is named; the CPU backend if none is. */
  AvailableDevice oneDevice() {
    String id = deviceId.equals(ALL) ? CPU : deviceId;
    return Detection.detect(id).require(id);
  }

  String precisionName() {
    return precision.name().toLowerCase(Locale.ROOT);
  }

  /** The devices that are meant, at least one; what cannot be used is told on the way. */
  List<AvailableDevice> devices() {
    Detection detection = Detection.detect(deviceId.equals(ALL) ? Detection.AUTO : deviceId);
    if (deviceId.equals(ALL) && !detection.devices().isEmpty()) {
      return detection.devices();
    }
    AvailableDevice one =
        detection.require(deviceId.equals(ALL) ? Detection.AUTO : deviceId); // or why there is none
    if (deviceId.equals(Detection.AUTO)) {
      command.commandLine().getErr().println(detection.report());
      command.commandLine().getErr().flush();
    }
    return List.of(one);
  }

  /** All that could be measured on a device of a kind. */
  List<Problem> problems(DeviceInfo.Kind kind) {
    if (growth) {
      return Suite.growth(kind, precision);
    }
    if (shared) {
      return Suite.withShared(kind, precision);
    }
    return quick ? Suite.quick(kind, precision) : Suite.all(kind, precision);
  }

  /**
   * The names of cases that are meant, on any of these devices.
   *
   * @throws SpecException if there are none
   */
  Set<String> wanted(List<AvailableDevice> devices) {
    Set<String> names = new LinkedHashSet<>();
    for (AvailableDevice device : devices) {
      problems(device.info().kind()).forEach(problem -> names.add(problem.name()));
    }
    return CasePattern.matching(names, patternText());
  }
}
