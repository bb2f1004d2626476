package dev.quern.examples.check;

import dev.quern.core.AvailableDevice;
import dev.quern.core.Detection;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Runs the suite that the tests of every backend run, on any device. A line a failure, then {@code
 * N passed, N failed, N skipped}; exit codes as those of {@code check}.
 */
@Command(
    name = "conformance",
    description = "Runs the suite that every backend must pass on a device.",
    mixinStandardHelpOptions = true)
public final class ConformanceCommand implements Callable<Integer> {
  @Spec private CommandSpec command;

  @Option(
      names = "--device",
      defaultValue = Detection.AUTO,
      description = "auto (the default), cpu, cuda:0, ...")
  private String deviceId;

  @Option(
      names = "--case",
      description = "Only the cases whose name is this, or contains it; nothing but cases.")
  private @Nullable String pattern;

  @Option(
      names = "--draws",
      defaultValue = "100",
      description = "Random problems of each op, beside the cases.")
  private int draws;

  @Option(
      names = {"-v", "--verbose"},
      description = "A line for each test, passed and skipped ones too.")
  private boolean verbose;

  /** For the command line, which fills in the options. */
  public ConformanceCommand() {}

  @Override
  public Integer call() {
    if (draws < 0) {
      throw new ParameterException(
          command.commandLine(), "--draws must not be negative, but is " + draws);
    }
    requireSuite();
    PrintWriter err = command.commandLine().getErr();
    Detection detection = Detection.detect(deviceId);
    AvailableDevice chosen = detection.require(deviceId);
    if (deviceId.equals(Detection.AUTO)) {
      err.println(detection.report());
      err.flush();
    }
    Tally tally = new Tally(command.commandLine().getOut(), verbose);
    SuiteRun run = new SuiteRun(chosen.info().id(), tally);
    if (pattern != null) {
      run.cases(pattern);
    } else {
      run.everything(draws);
    }
    tally.summarize();
    return tally.failed() == 0 && tally.passed() > 0 ? 0 : 1;
  }

  /** The suite and what runs it are the launcher's to add: no other command needs them. */
  private static void requireSuite() {
    try {
      Class.forName("org.junit.platform.launcher.Launcher");
      Class.forName("dev.quern.kernels.conformance.BackendConformance");
    } catch (ClassNotFoundException e) {
      throw new CheckException(
          "the conformance suite is not on the class path; ./quern conformance puts it there", e);
    }
  }
}
