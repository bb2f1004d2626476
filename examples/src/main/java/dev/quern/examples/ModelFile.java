package dev.quern.examples;

import dev.quern.core.Detection;
import dev.quern.core.Device;
import dev.quern.train.Model;
import java.nio.file.Path;
import java.util.function.Function;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The arguments of commands that ask a saved model. */
final class ModelFile {
  @Parameters(index = "0", paramLabel = "MODEL", description = "What training saved.")
  private Path file;

  @Option(
      names = "--device",
      defaultValue = Detection.AUTO,
      description = "auto (the default), cpu, cuda:0, ...")
  private String deviceId;

  ModelFile() {}

  /** Opens the model for as long as something is done with it. */
  <T> T with(Function<Model, T> body) {
    try (Device device = Detection.detect(deviceId).require(deviceId).open();
        Model model = Model.open(file, device)) {
      return body.apply(model);
    }
  }

  /** What class {@code number} is called. */
  static String className(Model model, int number) {
    return model.classNames().isEmpty() ? Integer.toString(number) : model.classNames().get(number);
  }
}
