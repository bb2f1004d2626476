package dev.quern.examples.check;

import dev.quern.core.Device;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs a folder of ONNX cases: every folder in it that holds a {@code model.onnx}. Products are
 * float32 whatever the precision asked for, as the tolerance is made for that.
 */
final class OnnxCheck {
  /** The project's own tolerance (onnx/backend/test/runner). */
  private static final Comparison CLOSE = new Comparison(1e-7, 1e-3);

  private static final String MODEL = "model.onnx";

  private final Path folder;
  private final Device device;
  private final CaseRunner runner;

  OnnxCheck(Path folder, Device device, Tally tally) {
    this.folder = folder.toAbsolutePath().normalize();
    this.device = device;
    runner = new CaseRunner(tally);
  }

  /**
   * Runs every case.
   *
   * @throws CheckException if the folder cannot be read or holds no case
   */
  void run() {
    List<Path> cases = folders(folder, Integer.MAX_VALUE, MODEL);
    if (cases.isEmpty()) {
      throw new CheckException("no folder under " + folder + " holds a " + MODEL);
    }
    for (Path each : cases) {
      runner.run("onnx/" + folder.relativize(each), () -> mismatch(each));
    }
  }

  /** Folders that hold a file whose name begins so, in order. */
  private static List<Path> folders(Path root, int depth, String prefix) {
    try (Stream<Path> walk = Files.walk(root, depth)) {
      return walk.filter(file -> !file.equals(root))
          .filter(file -> String.valueOf(file.getFileName()).startsWith(prefix))
          .map(file -> file.resolveSibling("")) // their folders
          .distinct()
          .sorted()
          .toList();
    } catch (IOException | UncheckedIOException e) {
      throw new CheckException("there is no readable folder " + root, e);
    }
  }

  private @Nullable String mismatch(Path folderOfCase) {
    OnnxModel model = OnnxReader.model(folderOfCase.resolve(MODEL));
    model.nodes().forEach(OnnxOperators::of); // skips before any data is read
    List<Path> sets = folders(folderOfCase, 2, "output_");
    if (sets.isEmpty()) {
      throw new CheckException(folderOfCase + " has no folder with an output to compare with");
    }
    for (Path set : sets) {
      String mismatch = mismatch(model, set);
      if (mismatch != null) {
        return mismatch;
      }
    }
    return null;
  }

  private @Nullable String mismatch(OnnxModel model, Path set) {
    OnnxEvaluation evaluation = new OnnxEvaluation(model, device);
    List<String> inputs =
        model.inputs().stream().filter(n -> !model.initializers().containsKey(n)).toList();
    for (int i = 0; i < inputs.size(); i++) {
      evaluation.set(inputs.get(i), OnnxReader.tensor(set.resolve("input_" + i + ".pb")));
    }
    List<Tensor> results = evaluation.run();
    for (int i = 0; i < results.size(); i++) {
      Tensor want = OnnxReader.tensor(set.resolve("output_" + i + ".pb"));
      Tensor got = results.get(i);
      String output = model.outputs().get(i);
      if (!Arrays.equals(got.shape(), want.shape())) {
        return "%s is %s, not %s".formatted(output, got, want);
      }
      String mismatch = CLOSE.mismatch(output, got.values(), want.values());
      if (mismatch != null) {
        return mismatch;
      }
    }
    return null;
  }
}
