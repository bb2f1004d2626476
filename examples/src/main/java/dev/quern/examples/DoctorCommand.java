package dev.quern.examples;

import dev.quern.core.AvailableDevice;
import dev.quern.core.Detection;
import dev.quern.core.Device;
import dev.quern.core.Probe;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Says what works here, what does not, and what to do about it. */
@Command(
    name = "doctor",
    description = "Devices, Java, and a self-test of every kernel on every device.",
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
  private static final int MOST_SECONDS = 60;

  @Spec private CommandSpec command;

  @Option(
      names = {"-v", "--verbose"},
      description = "Also the errors behind unusable backends.")
  private boolean verbose;

  @Option(
      names = "--seconds",
      defaultValue = "1",
      description = "How long each pass of a kernel is timed. Default: 1.")
  private double seconds;

  DoctorCommand() {}

  @Override
  public Integer call() {
    if (!(seconds >= 0 && seconds <= MOST_SECONDS)) {
      throw new ParameterException(
          command.commandLine(),
          "--seconds must be from 0 to " + MOST_SECONDS + ", but is " + seconds);
    }
    PrintWriter out = command.commandLine().getOut();
    out.println("Java      " + Runtime.version() + ", " + System.getProperty("java.home"));
    boolean vectors = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    out.println(
        "Vectors   "
            + (vectors
                ? "module jdk.incubator.vector is there"
                : "module jdk.incubator.vector is absent: start Java with --add-modules"
                    + " jdk.incubator.vector, or expect a thirtieth of the speed"));
    Detection detection = Detection.detect();
    for (Probe probe : detection.probes()) {
      out.println("Backend   " + probe.backend() + ": " + probe.reason());
      probe.findings().forEach(line -> out.println("          " + line));
      if (verbose && probe.cause() != null) {
        out.println("          cause: " + probe.cause());
      }
    }
    int failures = 0;
    for (AvailableDevice available : detection.devices()) {
      out.println();
      out.println("Device    " + available.info().id() + ": " + available.info().name());
      try (Device device = available.open()) {
        failures += new SelfTest(device, out, seconds).run();
      }
    }
    out.println();
    out.println(verdict(detection.devices().size(), failures));
    out.flush();
    return failures == 0 && !detection.devices().isEmpty() ? 0 : 1;
  }

  private static String verdict(int devices, int failures) {
    if (devices == 0) {
      return "No device can be used; the lines above say why.";
    }
    return failures == 0
        ? "All well."
        : failures + (failures == 1 ? " pass" : " passes") + " failed.";
  }
}
