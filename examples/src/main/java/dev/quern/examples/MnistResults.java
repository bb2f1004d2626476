package dev.quern.examples;

import dev.quern.bench.report.OutputFile;
import dev.quern.core.Device;
import dev.quern.kernels.Precision;
import dev.quern.train.Callback;
import dev.quern.train.Evaluation;
import dev.quern.train.Fit;
import dev.quern.train.History;
import dev.quern.train.Model;
import dev.quern.train.callbacks.CsvLogger;
import dev.quern.train.callbacks.ModelCheckpoint;
import dev.quern.train.data.DataException;
import dev.quern.train.data.FileErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes what a run of {@link MnistCommand} leaves behind. */
final class MnistResults {
  private final @Nullable Path folder;
  private final @Nullable OutputFile json;

  /**
   * Results.
   *
   * @param folder receives model and history, or null
   * @param json receives one JSON object, or null
   */
  MnistResults(@Nullable Path folder, @Nullable Path json) {
    this.folder = folder;
    this.json = json == null ? null : new OutputFile("--json", json);
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

  /** What writes results after each epoch, so that no crash takes them along. */
  List<Callback> callbacks() {
    return folder == null
        ? List.of()
        : List.of(CsvLogger.to(folder.resolve("history.csv")), ModelCheckpoint.to(model(folder)));
  }

  private static Path model(Path folder) {
    return folder.resolve("model.safetensors");
  }

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
    if (json != null) {
      json.requireWritable();
    }
  }

  /**
   * Writes what was asked for.
   *
   * @throws DataException if a file cannot be written; an old one is then still there
   */
  void write(Run run) {
    if (json != null) {
      json.write(asMap(run));
    }
    if (folder != null) {
      History.readCsv(folder.resolve("history.csv")).writeJson(folder.resolve("history.json"));
      if (run.model().epochsTrained() == 0) {
        run.model().save(model(folder)); // interrupted in the first epoch: what there is
      }
    }
  }

  private static Map<String, @Nullable Object> asMap(Run run) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("data", run.digits().source());
    settings.put("epochs", run.history().firstEpoch() - 1 + run.settings().epochs());
    settings.put("batch", run.settings().batch());
    settings.put("seed", run.seed());
    settings.put("precision", run.precision().name().toLowerCase(Locale.ROOT));
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("device", run.device().id());
    object.put("implementation", run.device().info().driver());
    object.put("settings", settings);
    Evaluation test = test(run.history());
    object.put("test_accuracy", test == null ? null : number(test.accuracy()));
    object.put("test_loss", test == null ? null : number(test.loss()));
    object.put("total_seconds", ProcessClock.secondsSinceStart());
    object.put("first_step_seconds", run.firstStepSeconds());
    object.put("epochs", run.history().rows());
    return object;
  }

  /** JSON has no number for what a training that ran away ends in. */
  private static @Nullable Double number(double value) {
    return Double.isFinite(value) ? value : null;
  }
}
