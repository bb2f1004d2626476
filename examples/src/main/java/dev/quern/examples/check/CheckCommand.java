package dev.quern.examples.check;

import dev.quern.core.AvailableDevice;
import dev.quern.core.Detection;
import dev.quern.core.Device;
import dev.quern.kernels.Precision;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Runs cases that others computed. A line a failure, then {@code N passed, N failed, N skipped};
 * exit code 0 if some passed and none failed, 1 if any failed or none ran, 2 for wrong usage.
 */
@Command(
    name = "check",
    description = "Runs outside cases on a device and compares the results.",
    mixinStandardHelpOptions = true)
public final class CheckCommand implements Callable<Integer> {
  @Spec private CommandSpec command;

  @Option(
      names = "--device",
      defaultValue = Detection.AUTO,
      description = "auto (the default), cpu, cuda:0, ...")
  private String deviceId;

  @Option(
      names = "--precision",
      defaultValue = "fp32",
      description = "Of products, with the tolerances for it: fp32, or tf32. ONNX cases take fp32.")
  private Precision precision;

  @Option(names = "--vectors", description = "Folder of forward and backward vectors.")
  private @Nullable Path vectors;

  @Option(names = "--trace", description = "Folder of the golden training trace.")
  private @Nullable Path trace;

  @Option(names = "--onnx", description = "Folder of ONNX backend test cases.")
  private @Nullable Path onnx;

  @Option(
      names = {"-v", "--verbose"},
      description = "A line for each case, passed and skipped ones too.")
  private boolean verbose;

  /** For the command line, which fills in the options. */
  public CheckCommand() {}

  @Override
  public Integer call() {
    if (vectors == null && trace == null && onnx == null) {
      throw new ParameterException(
          command.commandLine(), "give at least one of --vectors, --trace and --onnx a folder");
    }
    PrintWriter err = command.commandLine().getErr();
    Detection detection = Detection.detect(deviceId);
    AvailableDevice chosen = detection.require(deviceId);
    if (deviceId.equals(Detection.AUTO)) {
      err.println(detection.report());
      err.flush();
    }
    Tally tally = new Tally(command.commandLine().getOut(), verbose);
    try (Device device = chosen.open()) {
      if (vectors != null) {
        new VectorCheck(vectors, device, precision, tally).run();
      }
      if (onnx != null) {
        new OnnxCheck(onnx, device, tally).run();
      }
      if (trace != null) {
        new TraceCheck(trace, device, precision, tally).run();
      }
    }
    tally.summarize();
    return tally.failed() == 0 && tally.passed() > 0 ? 0 : 1;
  }
}
