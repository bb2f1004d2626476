package dev.quern.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.core.Detection;
import dev.quern.core.Device;
import dev.quern.train.History;
import dev.quern.train.data.Mnist;
import dev.quern.train.data.SyntheticDigits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The programs to copy from do what they say, on fewer pictures than when they are run. */
class ExamplesTest {
  private static Device device;

  @BeforeAll
  static void open() {
    device = Detection.detect("cpu").require("cpu").open();
  }

  @AfterAll
  static void close() {
    device.close();
  }

  @Test
  void coloursDoNotHideShapes() {
    List<History.Epoch> epochs = ColouredShapes.train(device, 3_000, 4).epochs();
    assertThat(epochs.getLast().loss()).isLessThan(epochs.getFirst().loss());
    assertThat(epochs.getLast().accuracy()).isGreaterThan(0.25); // one of eight by chance
  }

  @Test
  void whatWasLearnedHelpsWithOtherDigits() throws IOException {
    Mnist drawn = new Mnist(SyntheticDigits.draw(6_000, 1), SyntheticDigits.draw(1_000, 2));
    double[] accuracies = TransferLearning.accuracies(device, drawn, 2, 3);
    assertThat(accuracies[1]).isGreaterThan(accuracies[0]);
  }

  @Test
  void variedDigitsAreLearned() {
    Mnist drawn = new Mnist(SyntheticDigits.draw(6_000, 1), SyntheticDigits.draw(1_000, 2));
    assertThat(VariedDigits.accuracy(VariedDigits.network(), device, drawn, 2, 1))
        .isGreaterThan(0.9);
  }

  @Test
  void theProgramsAreShort() throws IOException {
    List<String> mnist = source("MnistCnn");
    int begin = mnist.indexOf("  public static void main(String[] args) {");
    int end = mnist.subList(begin, mnist.size()).indexOf("  }");
    assertThat(end - 1).isBetween(1, 15);
    assertThat(source("ColouredShapes")).hasSizeLessThan(80);
  }

  private static List<String> source(String name) throws IOException {
    Path module = Path.of(System.getProperty("basedir", "."));
    Path file = module.resolve("src/main/java/dev/quern/examples").resolve(name + ".java");
    return Files.readAllLines(file, StandardCharsets.UTF_8);
  }
}
