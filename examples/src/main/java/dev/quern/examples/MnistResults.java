package dev.quern.examples;

import dev.quern.core.Device;
import dev.quern.kernels.Precision;
import dev.quern.train.Evaluation;
import dev.quern.train.Fit;
import dev.quern.train.History;
import dev.quern.train.Model;
import dev.quern.train.data.DataException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.jr.ob.JSON;

/** Writes what a run of {@link MnistCommand} leaves behind. */
final class MnistResults {
  /** What is not known is null, and not left out: readers may count on every name. */
  private static final JSON FORMAT =
      JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT, JSON.Feature.WRITE_NULL_PROPERTIES);

  private final @Nullable Path folder;
  private final @Nullable Path json;

  /**
   * Results.
   *
   * @param folder receives weights and history, or null
   * @param json receives one JSON object, or null
   */
  MnistResults(@Nullable Path folder, @Nullable Path json) {
    this.folder = folder;
    this.json = json;
  }

  /** Everything about a run. */
  record Run(
      Device device,
      Model model,
      MnistData digits,
      History history,
      double firstStepSeconds,
      Fit settings,
      long seed,
      Precision precision) {}

  /** The last measurement on the test set, if there is one. */
  static @Nullable Evaluation test(History history) {
    return history.epochs().isEmpty() ? null : history.epochs().getLast().validation();
  }

  /**
   * Finds out before the training, not after it, that results cannot be written.
   *
   * @throws DataException if so, and why
   */
  void requireWritable() {
    if (folder != null) {
      try {
        Files.createDirectories(folder);
        Files.delete(Files.createTempFile(folder, ".quern", ".tmp"));
      } catch (IOException e) {
        throw new DataException(
            "--out " + folder + " cannot be written to: " + FileErrors.sentence(e), e);
      }
    }
    if (json != null && !canWrite(json)) {
      throw new DataException(
          "--json "
              + json
              + " cannot be written: it must be a file in a folder that exists and may be written"
              + " to");
    }
  }

  private static boolean canWrite(Path file) {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      return !Files.isDirectory(file) && Files.isWritable(file);
    }
    Path parent = file.toAbsolutePath().getParent();
    return parent != null && Files.isDirectory(parent) && Files.isWritable(parent);
  }

  /**
   * Writes what was asked for.
   *
   * @throws DataException if a file cannot be written; an old one is then still there
   */
  void write(Run run) {
    Map<String, Object> object = asMap(run);
    if (json != null) {
      writeJson(json, object);
    }
    if (folder != null) {
      writeJson(folder.resolve("history.json"), object);
      run.model().save(folder.resolve("weights.safetensors"));
    }
  }

  private static void writeJson(Path file, Map<String, Object> object) {
    try {
      byte[] bytes = (FORMAT.asString(object) + "\n").getBytes(StandardCharsets.UTF_8);
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        Files.write(file, bytes); // a pipe or a terminal: nothing that could be replaced
      } else {
        replace(Files.isSymbolicLink(file) ? file.toRealPath() : file.toAbsolutePath(), bytes);
      }
    } catch (IOException e) {
      throw new DataException(file + " cannot be written: " + FileErrors.sentence(e), e);
    }
  }

  private static void replace(Path file, byte[] bytes) throws IOException {
    Path temporary =
        file.resolveSibling(
            "." + file.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
    try {
      Files.write(temporary, bytes);
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static Map<String, Object> asMap(Run run) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("data", run.digits().source());
    settings.put("epochs", run.settings().epochs());
    settings.put("batch", run.settings().batch());
    settings.put("seed", run.seed());
    settings.put("precision", run.precision().name().toLowerCase(Locale.ROOT));
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("device", run.device().id());
    object.put("implementation", run.device().info().driver());
    object.put("settings", settings);
    Evaluation test = test(run.history());
    object.put("test_accuracy", test == null ? null : number(test.accuracy()));
    object.put("test_loss", test == null ? null : number(test.loss()));
    object.put("total_seconds", ProcessClock.secondsSinceStart());
    object.put("first_step_seconds", run.firstStepSeconds());
    List<Map<String, Object>> epochs = new ArrayList<>();
    run.history().epochs().forEach(epoch -> epochs.add(asMap(epoch)));
    object.put("epochs", epochs);
    return object;
  }

  private static Map<String, Object> asMap(History.Epoch epoch) {
    Evaluation validation = epoch.validation();
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("loss", number(epoch.loss()));
    object.put("accuracy", number(epoch.accuracy()));
    object.put("val_loss", validation == null ? null : number(validation.loss()));
    object.put("val_accuracy", validation == null ? null : number(validation.accuracy()));
    object.put("seconds", epoch.seconds());
    object.put("images_per_second", epoch.imagesPerSecond());
    return object;
  }

  /** JSON has no number for what a training that ran away ends in. */
  private static @Nullable Double number(double value) {
    return Double.isFinite(value) ? value : null;
  }
}
