package dev.quern.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.core.Detection;
import dev.quern.core.Device;
import dev.quern.train.Evaluation;
import dev.quern.train.Fit;
import dev.quern.train.History;
import dev.quern.train.Loss;
import dev.quern.train.Model;
import dev.quern.train.Sequential;
import dev.quern.train.Shape;
import dev.quern.train.data.SyntheticDigits;
import dev.quern.train.layers.Dense;
import dev.quern.train.layers.Flatten;
import dev.quern.train.optimizers.Optimizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.jr.ob.JSON;

/** What the commands say of a model whose loss counts no right answers. */
class NoAccuracyTest {
  @TempDir private static Path shared;
  private static Path model = Path.of("");
  private static Path data = Path.of("");

  @TempDir private Path folder;

  @BeforeAll
  static void train() throws IOException {
    model = shared.resolve("model.safetensors");
    data = DigitFiles.write(shared.resolve("drawn"), 64, 32);
    try (Device device = Detection.detect("cpu").require("cpu").open();
        Model trained =
            Sequential.of(new Shape(28, 28, 1), Flatten.of(), Dense.of(10))
                .compile(device, Optimizer.adam(), Loss.MEAN_SQUARED_ERROR, 1)) {
      trained.fit(SyntheticDigits.draw(64, 1), Fit.epochs(1).validationSplit(0.5));
      trained.save(model);
    }
  }

  private static Outcome evaluate(Object... more) {
    List<String> line =
        new ArrayList<>(
            List.of("evaluate", "--device", "cpu", model.toString(), "--data", data.toString()));
    for (Object argument : more) {
      line.add(argument.toString());
    }
    return Outcome.of(line.toArray(String[]::new));
  }

  @Test
  void evaluatePrintsTheLossAlone() throws IOException {
    Path json = folder.resolve("evaluation.json");
    Outcome outcome = evaluate("--json", json);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.out()).matches("loss \\d+\\.\\d{4}\\R");
    Map<String, Object> object = JSON.std.mapFrom(Files.readString(json));
    assertThat(object).containsOnlyKeys("data", "images", "loss");
  }

  @Test
  void confusionIsRefused() {
    Outcome outcome = evaluate("--confusion");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err())
        .hasLineCount(1)
        .contains("--confusion needs right answers to count", "MEAN_SQUARED_ERROR, which has none");
  }

  @Test
  void summaryPrintsLosses() {
    assertThat(Outcome.of("summary", model.toString()).out())
        .containsPattern("(?m)^Last epoch: loss \\d+\\.\\d{4}  val_loss \\d+\\.\\d{4}$");
  }

  @Test
  void scoresAreWrittenAsInKeras() {
    assertThat(Scores.of(0.5, 0.25)).isEqualTo("loss 0.5000  accuracy 0.2500");
    assertThat(Scores.of(0.5, Double.NaN)).isEqualTo("loss 0.5000");
    assertThat(Scores.of(new History.Epoch(1, 0.5, new Evaluation(2, 0.25), 1, 1)))
        .isEqualTo("loss 1.0000  accuracy 0.5000  val_loss 2.0000  val_accuracy 0.2500");
  }
}
