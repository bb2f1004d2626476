package dev.quern.examples;

import dev.quern.bench.report.OutputFile;
import dev.quern.core.SpecException;
import dev.quern.train.Evaluation;
import dev.quern.train.Metrics;
import dev.quern.train.Model;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures a saved model on a test set. */
@Command(
    name = "evaluate",
    description = "Measures a saved model on the test pictures of a folder.",
    mixinStandardHelpOptions = true)
final class EvaluateCommand implements Callable<Integer> {
  @Spec private CommandSpec command;

  @Mixin private ModelFile model = new ModelFile();

  @Option(
      names = "--data",
      defaultValue = "",
      description =
          "A folder with four IDX files, or 'synthetic'. Default: QUERN_MNIST_DIR, the user's"
              + " cache, a download.")
  private String data;

  @Option(names = "--batch", defaultValue = "128", description = "Rows of a step. Default: 128.")
  private int batch;

  @Option(names = "--confusion", description = "Also how often each class was taken for each.")
  private boolean confusion;

  @Option(names = "--json", description = "File for the results as one JSON object.")
  private @Nullable Path json;

  EvaluateCommand() {}

  @Override
  public Integer call() {
    if (batch < 1) {
      throw new ParameterException(
          command.commandLine(), "--batch must be at least 1, but is " + batch);
    }
    OutputFile file = json == null ? null : new OutputFile("--json", json);
    if (file != null) {
      file.requireWritable();
    }
    return model.with(opened -> evaluate(opened, file));
  }

  private int evaluate(Model opened, @Nullable OutputFile file) {
    if (confusion && !opened.loss().hasAccuracy()) {
      throw new SpecException(
          "--confusion needs right answers to count, but the model was trained with %s, which has"
                  .formatted(opened.loss())
              + " none");
    }
    PrintWriter out = command.commandLine().getOut();
    MnistData digits =
        MnistData.load(data, System.getenv(), new MnistDownload(), command.commandLine().getErr());
    Evaluation result = opened.evaluate(digits.test(), batch);
    out.println(Scores.of(result.loss(), result.accuracy()));
    boolean counts = opened.loss().hasAccuracy() && (confusion || file != null);
    Metrics metrics = counts ? Metrics.of(opened, digits.test()) : null;
    if (confusion && metrics != null) {
      out.print(metrics.confusionTable());
    }
    out.flush();
    if (file != null) {
      file.write(asMap(digits, result, metrics));
    }
    return 0;
  }

  private static Map<String, @Nullable Object> asMap(
      MnistData digits, Evaluation result, @Nullable Metrics metrics) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("data", digits.source());
    object.put("images", digits.test().count());
    object.put("loss", Double.isFinite(result.loss()) ? result.loss() : null);
    if (metrics != null) {
      object.put("accuracy", result.accuracy());
      object.put("top_3_accuracy", metrics.topK(3));
      object.put(
          "confusion",
          Arrays.stream(metrics.confusion())
              .map(row -> IntStream.of(row).boxed().toList())
              .toList());
    }
    return object;
  }
}
