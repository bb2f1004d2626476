package dev.quern.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.quern.core.Detection;
import dev.quern.core.Device;
import dev.quern.train.Fit;
import dev.quern.train.Loss;
import dev.quern.train.Model;
import dev.quern.train.data.DataSet;
import dev.quern.train.data.Mnist;
import dev.quern.train.optimizers.Optimizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.jr.ob.JSON;

/** Asking a saved model: predict, evaluate and summary, on drawn digits and, if here, real ones. */
class SavedModelTest {
  private static final int TEST = 60;

  @TempDir private static Path shared;
  private static @Nullable Mnist digits;
  private static Path model = Path.of("");
  private static Path data = Path.of("");

  @TempDir private Path folder;

  /** MNIST itself if QUERN_MNIST_DIR says where it is; otherwise drawn digits. */
  @BeforeAll
  static void train() throws IOException {
    model = shared.resolve("model.safetensors");
    data = DigitFiles.write(shared.resolve("drawn"), 3000, TEST);
    String real = System.getenv().getOrDefault("QUERN_MNIST_DIR", "");
    digits = Mnist.load(real.isEmpty() ? data : Path.of(real));
    try (Device device = Detection.detect("cpu").require("cpu").open();
        Model trained =
            MnistCnn.network()
                .compile(device, Optimizer.adam(), Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 1)) {
      trained.fit(digits().train().subset(0, 3000), Fit.epochs(3));
      trained.classNames(IntStream.range(0, 10).mapToObj(i -> "digit-" + i).toList());
      trained.save(model);
    }
  }

  private static Mnist digits() {
    if (digits == null) {
      throw new IllegalStateException("not loaded");
    }
    return digits;
  }

  private Outcome ask(String command, Object... more) {
    List<String> line = new ArrayList<>(List.of(command, "--device", "cpu", model.toString()));
    for (Object argument : more) {
      line.add(argument.toString());
    }
    return Outcome.of(line.toArray(String[]::new));
  }

  @BeforeEach
  void isThere() {
    assertThat(model).exists();
  }

  /** Of forty pictures nearly all are read right; what was drawn large and dark, too. */
  @Test
  void predictReadsDigits() throws IOException {
    DataSet test = digits().test();
    List<Object> plain = new ArrayList<>();
    List<Object> drawn = new ArrayList<>(List.of("--mnist-style", "--top", "2"));
    for (int row = 0; row < 40; row++) {
      plain.add(Pictures.write(folder.resolve("plain%d.png".formatted(row)), test, row));
      drawn.add(
          Pictures.writeDrawn(folder.resolve("drawn%d.jpg".formatted(row)), test, row, 6, 40, 9));
    }
    Outcome outcome = ask("predict", plain.toArray());
    assertThat(outcome.code()).as(outcome.err()).isZero();
    List<String> lines = outcome.out().lines().toList();
    assertThat(lines).hasSize(40);
    assertThat(lines.get(0))
        .startsWith(plain.get(0) + "  digit-")
        .matches(".*(  digit-\\d [01]\\.\\d{4}){3}");
    assertThat(rightOf(lines, test)).isGreaterThanOrEqualTo(34);
    Outcome large = ask("predict", drawn.toArray());
    assertThat(large.out().lines().toList().get(0)).matches(".*?(  digit-\\d [01]\\.\\d{4}){2}");
    assertThat(rightOf(large.out().lines().toList(), test)).isGreaterThanOrEqualTo(32);
  }

  private static long rightOf(List<String> lines, DataSet test) {
    return IntStream.range(0, lines.size())
        .filter(row -> lines.get(row).split("  ")[1].startsWith("digit-" + test.label(row) + " "))
        .count();
  }

  @Test
  void predictTellsWhatItCannotRead() throws IOException {
    Path text = Files.writeString(folder.resolve("text.png"), "hello");
    Outcome outcome = ask("predict", text);
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).startsWith("quern: " + text).hasLineCount(1);
    Outcome noModel = Outcome.of("predict", "--device", "cpu", text.toString(), text.toString());
    assertThat(noModel.code()).isEqualTo(1);
    assertThat(noModel.err()).startsWith("quern: " + text).hasLineCount(1);
  }

  @Test
  void evaluateMeasuresAndCounts() throws IOException {
    Path json = folder.resolve("evaluation.json");
    Outcome outcome = ask("evaluate", "--data", data, "--batch", 32, "--confusion", "--json", json);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    List<String> lines = outcome.out().lines().toList();
    assertThat(lines.get(0)).matches("loss \\d+\\.\\d{4}  accuracy [01]\\.\\d{4}");
    assertThat(lines).hasSize(2 + 10);
    Map<String, Object> object = JSON.std.mapFrom(Files.readString(json));
    assertThat(object).containsEntry("images", TEST).containsKeys("loss", "top_3_accuracy");
    long all = 0;
    long right = 0;
    List<?> rows = (List<?>) object.get("confusion");
    for (int i = 0; i < 10; i++) {
      List<?> row = (List<?>) Objects.requireNonNull(rows).get(i);
      right += (Integer) row.get(i);
      all += row.stream().mapToInt(count -> (Integer) count).sum();
    }
    assertThat(all).isEqualTo(TEST);
    assertThat((Double) object.get("accuracy")).isCloseTo((double) right / TEST, within(1e-9));
    assertThat(ask("evaluate", "--data", data).out()).hasLineCount(1);
  }

  @Test
  void summarySaysWhatIsInTheFile() {
    Outcome outcome = Outcome.of("summary", model.toString());
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.out())
        .contains("conv2d (Conv2D)", "Total params: 225,034", "Non-trainable params: 0")
        .contains("Trained: 3 epochs, 282 steps, learning rate 0.001")
        .contains("Optimizer: Adam", "seed 1");
  }

  @Test
  void aModelThatIsNotThereIsASentence() {
    for (String command : List.of("summary", "evaluate", "predict")) {
      Path gone = folder.resolve("gone");
      Outcome outcome =
          command.equals("predict")
              ? Outcome.of(command, gone.toString(), "a.png")
              : Outcome.of(command, gone.toString());
      assertThat(outcome.code()).isEqualTo(1);
      assertThat(outcome.err()).contains("there is no such file").doesNotContain("\tat ");
    }
  }
}
