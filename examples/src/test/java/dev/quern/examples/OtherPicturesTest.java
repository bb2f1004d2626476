package dev.quern.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.core.AvailableDevice;
import dev.quern.core.Detection;
import dev.quern.train.data.DataSet;
import dev.quern.train.files.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Pictures of other sizes and classes in MNIST's files are trained, measured and asked like digits.
 */
class OtherPicturesTest {
  private static List<String> devices = List.of();

  @TempDir private Path folder;

  /** All of this machine: the CPU at least. */
  @BeforeAll
  static void detect() {
    devices =
        Detection.detect().devices().stream()
            .map(AvailableDevice::info)
            .map(info -> info.id())
            .toList();
  }

  @ParameterizedTest
  @CsvSource({"28, 1, 10", "16, 3, 2", "16, 3, 100", "64, 1, 2", "64, 1, 100"})
  void trainLikeDigits(int side, int channels, int classes) throws IOException {
    DataSet train = Shades.draw(200, side, channels, classes);
    DataSet test = train.subset(50, 150);
    Path data = DigitFiles.write(folder.resolve("shades"), train, test);
    Path picture = Pictures.write(folder.resolve("picture.png"), test, 1);
    assertThat(devices).contains("cpu");
    for (String device : devices) {
      Path out = folder.resolve(device.replace(':', '-'));
      Outcome trained = succeeded("mnist", device, "--data", data, "--epochs", 2, "--out", out);
      assertThat(trained.err()).contains("training on 200 ");
      Path model = out.resolve("model.safetensors");
      requireShapes(model, channels, classes);
      String accuracy = last(trained).replace("Test accuracy: ", "");
      Outcome measured = succeeded("evaluate", device, model, "--data", data);
      assertThat(last(measured)).endsWith("accuracy " + accuracy);
      Outcome asked = succeeded("predict", device, model, picture);
      assertThat(last(asked))
          .matches(picture + "(  \\d+ [01]\\.\\d{4}){%d}".formatted(Math.min(classes, 3)));
      if (classes == 2) {
        assertThat(accuracy).isEqualTo("1.0000");
        assertThat(last(asked)).startsWith(picture + "  " + test.label(1) + " ");
      }
    }
  }

  private static Outcome succeeded(String command, String device, Object... more) {
    List<String> line = new ArrayList<>(List.of(command, "--device", device));
    for (Object argument : more) {
      line.add(argument.toString());
    }
    Outcome outcome = Outcome.of(line.toArray(String[]::new));
    assertThat(outcome.code()).as(outcome.err()).isZero();
    return outcome;
  }

  private static String last(Outcome outcome) {
    return outcome.out().lines().toList().getLast();
  }

  private static void requireShapes(Path model, int channels, int classes) throws IOException {
    var weights = Safetensors.read(model).arrays();
    assertThat(Objects.requireNonNull(weights.get("conv2d/kernel")).shape())
        .containsExactly(3, 3, channels, 32);
    assertThat(Objects.requireNonNull(weights.get("dense_1/bias")).shape())
        .containsExactly(classes);
  }

  @Test
  void picturesThatAreTooSmallNameTheLayer() throws IOException {
    DataSet tiny = Shades.draw(20, 6, 1, 2);
    Path data = DigitFiles.write(folder.resolve("tiny"), tiny, tiny);
    Outcome outcome = Outcome.of("mnist", "--device", "cpu", "--data", data.toString());
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err()).contains("layer 3 (conv2d_1), which gets (2, 2, 32)").hasLineCount(1);
  }
}
