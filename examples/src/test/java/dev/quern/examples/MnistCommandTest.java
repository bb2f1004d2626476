package dev.quern.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.train.History;
import dev.quern.train.files.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.jr.ob.JSON;

/** The whole command on the CPU, with a few digits. */
class MnistCommandTest {
  private static final int TRAIN = 200;
  private static final int TEST = 40;

  @TempDir private Path folder;

  private Outcome mnist(String... more) throws IOException {
    Path data = DigitFiles.write(folder.resolve("data"), TRAIN, TEST);
    String[] always = {"mnist", "--device", "cpu", "--batch", "48", "--data", data.toString()};
    String[] line = new String[always.length + more.length];
    System.arraycopy(always, 0, line, 0, always.length);
    System.arraycopy(more, 0, line, always.length, more.length);
    return Outcome.of(line);
  }

  @Test
  void resultsAreOnStandardOutputAndTheRestIsNot() throws IOException {
    Outcome outcome = mnist("--epochs", "2");
    assertThat(outcome.code()).isZero();
    List<String> lines = outcome.out().lines().toList();
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0)).startsWith("epoch 1/2 ").contains("val_accuracy");
    assertThat(lines.get(1)).startsWith("epoch 2/2 ");
    assertThat(lines.get(2)).matches("Test accuracy: [01]\\.\\d{4}");
    assertThat(outcome.err()).contains("training on 200 digits").contains("step 5/5");
  }

  @Test
  void jsonHoldsWhatTheContractNames() throws IOException {
    Path json = folder.resolve("run.json");
    Outcome outcome = mnist("--epochs", "2", "--seed", "7", "--json", json.toString());
    Map<String, Object> run = JSON.std.mapFrom(Files.readString(json));
    assertThat(run)
        .containsOnlyKeys(
            "device",
            "implementation",
            "settings",
            "test_accuracy",
            "test_loss",
            "total_seconds",
            "first_step_seconds",
            "epochs")
        .containsEntry("device", "cpu");
    assertThat((Map<?, ?>) run.get("settings"))
        .hasToString(
            "{data=%s, epochs=2, batch=48, seed=7, precision=fp32}"
                .formatted(folder.resolve("data")));
    List<?> epochs = (List<?>) Objects.requireNonNull(run.get("epochs"));
    assertThat(epochs)
        .hasSize(2)
        .allSatisfy(
            epoch ->
                assertThat(((Map<?, ?>) epoch).keySet())
                    .hasToString(
                        "[epoch, loss, accuracy, val_loss, val_accuracy, seconds,"
                            + " images_per_second]"));
    Map<?, ?> last = (Map<?, ?>) epochs.getLast();
    double accuracy = (Double) Objects.requireNonNull(run.get("test_accuracy"));
    assertThat(last.get("val_accuracy")).isEqualTo(accuracy);
    assertThat(outcome.out()).contains(String.format(Locale.ROOT, "Test accuracy: %.4f", accuracy));
    assertThat((Double) run.get("first_step_seconds"))
        .isPositive()
        .isLessThan((Double) run.get("total_seconds"));
  }

  @Test
  void sameSeedLeavesTheSameWeightsBehind() throws IOException {
    Path first = folder.resolve("first");
    Path second = folder.resolve("deeper/second");
    Path other = folder.resolve("other");
    mnist("--epochs", "1", "--out", first.toString());
    mnist("--epochs", "1", "--out", second.toString());
    mnist("--epochs", "1", "--out", other.toString(), "--seed", "2");
    Path name = Path.of("model.safetensors");
    assertThat(first.resolve(name)).hasSameBinaryContentAs(second.resolve(name));
    assertThat(Files.mismatch(first.resolve(name), other.resolve(name))).isNotNegative();
    assertThat(Safetensors.read(first.resolve(name)).arrays()).hasSize(3 * 8);
    History history = History.readJson(first.resolve("history.json"));
    assertThat(history.epochs()).hasSize(1);
    assertThat(history.epochs()).isEqualTo(History.readCsv(first.resolve("history.csv")).epochs());
    assertThat(folder.resolve("first").toFile().list())
        .containsExactlyInAnyOrder("model.safetensors", "history.json", "history.csv");
  }

  @Test
  void goingOnGivesTheBytesOfAnUnbrokenTraining() throws IOException {
    Path whole = folder.resolve("whole");
    Path parts = folder.resolve("parts");
    Path model = parts.resolve("model.safetensors");
    mnist("--epochs", "3", "--out", whole.toString(), "--seed", "5");
    mnist("--epochs", "1", "--out", parts.toString(), "--seed", "5");
    Outcome more = mnist("--epochs", "3", "--resume", model.toString(), "--out", parts.toString());
    assertThat(more.code()).as(more.err()).isZero();
    assertThat(more.out().lines().toList()).hasSize(3);
    assertThat(more.out()).startsWith("epoch 2/3 ").contains("epoch 3/3 ");
    assertThat(model).hasSameBinaryContentAs(whole.resolve("model.safetensors"));
    History history = History.readCsv(parts.resolve("history.csv"));
    assertThat(history.epochs())
        .hasSize(3)
        .allSatisfy(epoch -> assertThat(epoch.seconds()).isPositive());
  }

  @Test
  void whatCannotGoOnIsASentence() throws IOException {
    Path model = folder.resolve("out/model.safetensors");
    mnist("--epochs", "1", "--out", folder.resolve("out").toString());
    Outcome seed = mnist("--resume", model.toString(), "--seed", "5");
    assertThat(seed.code()).isEqualTo(2);
    assertThat(seed.err()).contains("--seed is the model's own");
    Outcome done = mnist("--resume", model.toString(), "--epochs", "1");
    assertThat(done.code()).isEqualTo(2);
    assertThat(done.err()).contains("has had 1 of 1");
    Outcome gone = mnist("--resume", folder.resolve("gone").toString());
    assertThat(gone.code()).isEqualTo(1);
    assertThat(gone.err()).contains("there is no such file").hasLineCount(1);
  }

  @Test
  void drawnDigitsAreCalledThat() throws IOException {
    Path json = folder.resolve("run.json");
    Outcome outcome =
        Outcome.of(
            "mnist",
            "--device",
            "cpu",
            "--data",
            "synthetic",
            "--epochs",
            "1",
            "--batch",
            "2000",
            "--json",
            json.toString());
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out()).contains("These are drawn digits, not MNIST.");
    assertThat(Files.readString(json)).contains("\"data\" : \"synthetic\"");
  }

  @Test
  void resultsThatCannotBeWrittenAreNoticedBeforeTraining() throws IOException {
    Path file = Files.createFile(folder.resolve("a-file"));
    for (String[] options :
        new String[][] {
          {"--out", file.toString()},
          {"--out", file.resolve("below").toString()},
          {"--json", folder.toString()},
          {"--json", folder.resolve("no/such/folder.json").toString()}
        }) {
      Outcome outcome = mnist(options);
      assertThat(outcome.code()).isEqualTo(1);
      assertThat(outcome.out()).isEmpty();
      assertThat(outcome.err())
          .startsWith("quern: " + options[0] + " " + options[1] + " cannot be written")
          .hasLineCount(1);
    }
  }

  @Test
  void jsonGoesToWhatIsNoFileWithoutReplacingIt() throws IOException {
    Path sink = Path.of("/dev/null");
    Outcome outcome = mnist("--epochs", "1", "--json", sink.toString());
    assertThat(outcome.code()).isZero();
    assertThat(Files.isRegularFile(sink)).isFalse();
    assertThat(Files.exists(sink)).isTrue();
  }

  @Test
  void moreThanTheMemoryHoldsIsASentence() throws IOException {
    Path data = DigitFiles.write(folder.resolve("data"), TRAIN, TEST);
    Outcome outcome =
        Outcome.of("mnist", "--device", "cpu", "--batch", "2000000000", "--data", data.toString());
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err())
        .contains("quern: cpu is out of memory: 'activations' asked for ")
        .doesNotContain("\tat ");
  }
}
