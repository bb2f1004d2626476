package dev.quern.examples.check;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The golden training trace's files. */
final class TraceFolder {
  /** The weights in the order of the layers, as a model lists them too. */
  static final List<String> WEIGHTS =
      List.of(
          "conv1.kernel",
          "conv1.bias",
          "conv2.kernel",
          "conv2.bias",
          "dense1.kernel",
          "dense1.bias",
          "dense2.kernel",
          "dense2.bias");

  private final Path folder;
  private final JsonObject trace;

  TraceFolder(Path folder) {
    this.folder = folder;
    trace = JsonObject.read(folder.resolve("trace.json"));
    String form = trace.object("hyper").text("adam_form");
    if (!form.equals("keras")) {
      throw new CheckException("the trace must be of Adam's keras form, but is of " + form);
    }
  }

  /** An array of the set {@code kind}, for example {@code initial} or {@code step1_gradient}. */
  Tensor array(String kind, String weight) {
    Path file = folder.resolve(kind + "." + weight + ".npy");
    try {
      return Npy.read(file.toString(), Files.readAllBytes(file));
    } catch (IOException e) {
      throw new CheckException("there is no readable file " + file, e);
    }
  }

  /** Number of a step's images. */
  int batch() {
    return trace.object("hyper").whole("batch");
  }

  double hyper(String name) {
    return trace.object("hyper").number(name);
  }

  /** The float64 run's loss at each step, before its update. */
  double[] losses() {
    return trace.objects("steps").stream().mapToDouble(step -> step.number("loss")).toArray();
  }

  /** How many of the first 1,000 test images the float64 run gets right after its last step. */
  int rightAnswers() {
    return trace.object("after_last_step").whole("right_of_first_1000_test_images");
  }
}
