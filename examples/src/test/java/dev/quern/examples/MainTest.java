package dev.quern.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.core.SpecException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

class MainTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          devices --wrong          | there is no option '--wrong'   | quern devices --help
          devices more             | 'more' is one argument too many | quern devices --help
          mnist --epoch 1          | no option '--epoch'; did you mean --epochs | quern mnist --help
          doctor --json            | '--json'                       | quern doctor --help
          doctor --seconds -1      | 0 to 60, but is -1 | quern doctor --help
          doctor --seconds NaN     | 0 to 60, but is NaN | quern doctor --help
          mnist --epochs 0         | --epochs must be at least 1, but is 0 | quern mnist --help
          mnist --batch -4         | --batch must be at least 1, but is -4 | quern mnist --help
          mnist --epochs many      | 'many'                         | quern mnist --help
          mnist --epochs           | --epochs                       | quern mnist --help
          predict                  | 'MODEL'                        | quern predict --help
          predict model            | 'IMAGE'                        | quern predict --help
          predict model a.png --top 0 | --top must be at least 1, but is 0 | quern predict --help
          evaluate                 | 'MODEL'                        | quern evaluate --help
          evaluate model --batch 0 | --batch must be at least 1, but is 0 | quern evaluate --help
          summary                  | 'MODEL'                        | quern summary --help
          mnist --precision half   | 'half'                         | quern mnist --help
          check                    | --vectors                      | quern check --help
          conformance --draws -1   | must not be negative, but is -1 | quern conformance --help
          grind                    | there is no command 'grind'    | quern --help
          trian                    | 'trian'; there are devices, doctor, mnist | quern --help
          """)
  void wrongUsageIsASentenceAndWhereToLook(String line, String said, String help) {
    Outcome outcome = Outcome.of(line.split(" "));
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).startsWith("quern: ").contains(said).contains("'" + help + "'");
    assertThat(outcome.err().lines()).hasSize(2);
  }

  @Test
  void versionIsThatOfTheBuild() throws IOException {
    String version = Outcome.of("--version").out().strip().replaceFirst("^quern ", "");
    assertThat(Files.readString(Path.of("..", "pom.xml")))
        .containsOnlyOnce(
            "<artifactId>quern-parent</artifactId>\n  <version>" + version + "</version>");
  }

  @Test
  void noCommandAtAllIsWrongUsage() {
    Outcome outcome = Outcome.of();
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err())
        .startsWith("quern: name a command: devices, doctor, mnist")
        .contains("'quern --help'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "devices",
        "doctor",
        "mnist",
        "predict",
        "evaluate",
        "summary",
        "bench",
        "check",
        "conformance"
      })
  void everyCommandIsListedAndExplainsItself(String name) {
    assertThat(Outcome.of("--help").out()).contains("\n  " + name);
    Outcome outcome = Outcome.of(name, "--help");
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out()).contains("Usage: quern " + name).contains("-v, --verbose");
    assertThat(outcome.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mnist --device vulkan:7 --data synthetic",
        "check --device vulkan:7 --onnx .",
        "bench --device vulkan:7"
      })
  void deviceThatIsNotThereIsASentence(String line) {
    Outcome outcome = Outcome.of(line.split(" "));
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err().lines()).hasSize(1);
    assertThat(outcome.err()).startsWith("quern: ").contains("vulkan:7").contains("cpu");
  }

  @Test
  void folderWithoutDigitsIsASentenceAndNeverReplaced(@TempDir Path folder) {
    Path missing = folder.resolve("nowhere");
    Outcome outcome = Outcome.of("mnist", "--device", "cpu", "--data", missing.toString());
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).startsWith("quern: ").contains(missing.toString());
    assertThat(outcome.err().lines()).hasSize(1);
  }

  @Test
  void verboseShowsWhereAnErrorCameFromBeforeAndBehindTheCommand() {
    String[] behind = {"mnist", "--device", "cuda:7", "-v"};
    String[] before = {"-v", "mnist", "--device", "cuda:7"};
    for (String[] line : new String[][] {behind, before}) {
      Outcome outcome = Outcome.of(line);
      assertThat(outcome.code()).isEqualTo(1);
      assertThat(outcome.err()).startsWith("quern: ").contains("\n\tat dev.quern.core.Detection");
    }
  }

  @Test
  void usersMistakesAreSentences(@TempDir Path folder) {
    Path gone = folder.resolve("gone");
    assertThat(failing(new SpecException("m must be positive, but is 0")).err())
        .isEqualTo("quern: m must be positive, but is 0" + System.lineSeparator());
    assertThat(failing(new NoSuchFileException(gone.toString())).err())
        .startsWith("quern: ")
        .contains(gone.toString())
        .hasLineCount(1);
    assertThat(failing(new UncheckedIOException(new IOException("the disk is full"))).err())
        .isEqualTo("quern: the disk is full" + System.lineSeparator());
  }

  @Test
  void whoAsksForTooMuchMemoryIsToldWhatHelps(@TempDir Path folder) throws IOException {
    Path digits = DigitFiles.write(folder, 40, 20);
    Outcome outcome =
        Outcome.of(("mnist --device cpu --batch 100000000 --data " + digits).split(" ")); // 30 TB
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err()).contains("out of memory").contains("; a smaller --batch needs less");
  }

  @Test
  void bugSaysSoAndShowsItsTrace() {
    Outcome outcome = failing(new IllegalStateException("two queues"));
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err())
        .contains("this is a bug")
        .contains("IllegalStateException: two queues")
        .contains("\tat ");
  }

  private static Outcome failing(Exception e) {
    Callable<Integer> command =
        () -> {
          throw e;
        };
    CommandLine quern = Main.commandLine();
    CommandLine failing = new CommandLine(CommandSpec.wrapWithoutInspection(command));
    quern.addSubcommand("failing", failing);
    Outcome outcome = Outcome.run(quern, "failing");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    return outcome;
  }
}
