package dev.quern.examples;

import dev.quern.core.Detection;
import dev.quern.core.Device;
import dev.quern.train.data.DataException;
import dev.quern.train.data.Mnist;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs one of the small programs that are there to be copied from. */
@Command(
    name = "example",
    description =
        "Runs a small program to copy from: transfer (learning), (coloured) shapes, augmentation.",
    mixinStandardHelpOptions = true)
final class ExampleCommand implements Callable<Integer> {
  /** The programs. */
  enum Program {
    /** {@link TransferLearning}. */
    TRANSFER,
    /** {@link ColouredShapes}. */
    SHAPES,
    /** {@link VariedDigits}. */
    AUGMENTATION;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT); // as README writes it
    }
  }

  @Spec private CommandSpec command;

  @Parameters(paramLabel = "PROGRAM", description = "${COMPLETION-CANDIDATES}")
  private Program program;

  @Option(
      names = "--device",
      defaultValue = Detection.AUTO,
      description = "auto (the default), cpu, cuda:0, ...")
  private String deviceId;

  @Option(names = "--data", defaultValue = "", description = "MNIST, as 'quern mnist' takes it.")
  private String data;

  ExampleCommand() {}

  @Override
  public Integer call() {
    PrintWriter out = command.commandLine().getOut();
    try (Device device = Detection.detect(deviceId).require(deviceId).open()) {
      PrintWriter err = command.commandLine().getErr();
      err.println("training on " + device + "; what came of it is printed at the end");
      err.flush();
      switch (program) {
        case TRANSFER -> TransferLearning.run(device, mnist(), out);
        case SHAPES -> ColouredShapes.run(device, out);
        case AUGMENTATION -> VariedDigits.run(device, mnist(), out);
      }
    } catch (IOException e) {
      throw new DataException("example: a temporary file cannot be written", e);
    }
    out.flush();
    return 0;
  }

  private Mnist mnist() {
    Map<String, String> environment = System.getenv();
    PrintWriter err = command.commandLine().getErr();
    MnistData digits = MnistData.load(data, environment, new MnistDownload(), err);
    return new Mnist(digits.train(), digits.test());
  }
}
