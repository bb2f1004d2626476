package dev.quern.examples;

import dev.quern.core.AvailableDevice;
import dev.quern.core.Detection;
import dev.quern.core.Device;
import dev.quern.core.Tunable;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures which kernels are fastest on a device, for later runs to use. */
@Command(
    name = "tune",
    description = "Measures which variants of its kernels are fastest on a device, and keeps that.",
    mixinStandardHelpOptions = true)
final class TuneCommand implements Callable<Integer> {
  @Spec private CommandSpec command;

  @Option(
      names = "--device",
      defaultValue = Detection.AUTO,
      description = "A device, or auto for all that can be tuned.")
  private String deviceId;

  TuneCommand() {}

  @Override
  public Integer call() {
    Detection detection = Detection.detect(deviceId);
    if (!deviceId.equals(Detection.AUTO)) {
      return tune(detection.require(deviceId)) ? 0 : 1;
    }
    boolean any = false;
    for (AvailableDevice available : detection.devices()) {
      any |= tune(available);
    }
    return any ? 0 : 1;
  }

  private boolean tune(AvailableDevice available) {
    PrintWriter out = command.commandLine().getOut();
    PrintWriter err = command.commandLine().getErr();
    try (Device device = available.open()) {
      if (!(device instanceof Tunable tunable)) {
        err.println(device.id() + " chooses its kernels without measuring: nothing to tune");
        err.flush();
        return false;
      }
      out.println("tuning " + device);
      out.flush();
      out.println(
          "kept in "
              + tunable.tune(
                  line -> {
                    out.println(line);
                    out.flush();
                  }));
      out.flush();
      return true;
    }
  }
}
