package dev.quern.examples;

import dev.quern.core.AvailableDevice;
import dev.quern.core.Detection;
import dev.quern.core.Device;
import dev.quern.core.Probe;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Says what works here, what does not, and what to do about it. */
@Command(
    name = "doctor",
    description = "Devices, Java, and a self-test of every kernel on every device.",
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
  @Spec private CommandSpec command;

  DoctorCommand() {}

  @Override
  public Integer call() {
    PrintWriter out = command.commandLine().getOut();
    out.println("Java      " + Runtime.version() + ", " + System.getProperty("java.home"));
    boolean vectors = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    out.println(
        "Vectors   "
            + (vectors
                ? "module jdk.incubator.vector is there"
                : "module jdk.incubator.vector is absent: start Java with --add-modules"
                    + " jdk.incubator.vector, or expect a tenth of the speed"));
    Detection detection = Detection.detect();
    for (Probe probe : detection.probes()) {
      out.println("Backend   " + probe.backend() + ": " + probe.reason());
    }
    int failures = detection.devices().isEmpty() ? 1 : 0;
    for (AvailableDevice available : detection.devices()) {
      out.println();
      out.println("Device    " + available.info().id() + ": " + available.info().name());
      try (Device device = available.open()) {
        failures += new SelfTest(device, out).run();
      }
    }
    out.println();
    out.println(failures == 0 ? "All well." : failures + " kernels failed.");
    out.flush();
    return failures == 0 ? 0 : 1;
  }
}
