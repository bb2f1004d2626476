package dev.quern.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quern.train.Checkpoint;
import dev.quern.train.History;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.jr.ob.JSON;

/**
 * Training, and measuring, in a process of its own that is told to end. SIGTERM stands for Ctrl-C's
 * SIGINT, which a process in the background of a script would never get to see; Java treats both
 * alike.
 */
class InterruptionTest {
  /** What a shell reports: 128 and the signal's number. */
  private static final int ENDED_BY_SIGTERM = 128 + 15;

  @TempDir private Path folder;

  private Process train(String... more) throws IOException {
    assumeTrue(
        !System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows"),
        "Windows ends processes without telling them");
    Path data = DigitFiles.write(folder.resolve("data"), 640, 40);
    List<String> arguments = new ArrayList<>(List.of("mnist", "--device", "cpu", "--threads", "1"));
    arguments.addAll(List.of("--epochs", "100000", "--data", data.toString()));
    arguments.addAll(List.of(more));
    return start(arguments, ProcessBuilder.Redirect.to(folder.resolve("out").toFile()));
  }

  private static Process start(List<String> arguments, ProcessBuilder.Redirect out)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "--add-modules", "jdk.incubator.vector"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(arguments);
    return new ProcessBuilder(command).redirectOutput(out).start();
  }

  /** Ends the process once it trains; returns what it said on standard error after that. */
  private static String endDuringTraining(Process process) throws Exception {
    try (BufferedReader err = process.errorReader(StandardCharsets.UTF_8)) {
      String line = err.readLine();
      while (line != null && !line.contains("  step ")) {
        line = err.readLine();
      }
      assertThat(line).as("training has begun").isNotNull();
      assertThat(process.toHandle().destroy())
          .isTrue(); // the process's own method closes its streams
      String rest = String.join("\n", err.lines().toList());
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("the process ends").isTrue();
      return rest;
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void whatWasTrainedIsKept() throws Exception {
    Path out = folder.resolve("kept");
    Process process = train("--out", out.toString());
    String said = endDuringTraining(process);
    assertThat(process.exitValue()).isEqualTo(ENDED_BY_SIGTERM);
    assertThat(said).contains("quern: interrupted; what was trained so far is kept in " + out);
    assertThat(Checkpoint.read(out.resolve("model.safetensors")).steps()).isPositive();
    assertThat(History.readJson(out.resolve("history.json")).epochs()).isNotEmpty();
    assertThat(Files.readString(folder.resolve("out"))).doesNotContain("Test accuracy");
  }

  @Test
  void withoutAPlaceToKeepItThatIsSaid() throws Exception {
    Process process = train();
    assertThat(endDuringTraining(process)).contains("give --out to keep what was trained");
    assertThat(process.exitValue()).isEqualTo(ENDED_BY_SIGTERM);
  }

  @Test
  void whatWasMeasuredIsKept() throws Exception {
    Path json = folder.resolve("bench.json");
    Path html = folder.resolve("bench.html");
    List<String> arguments = new ArrayList<>(List.of("bench", "--device", "cpu", "--seconds", "0"));
    arguments.addAll(List.of("--json", json.toString(), "--html", html.toString()));
    Process process = start(arguments, ProcessBuilder.Redirect.PIPE);
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      String line = out.readLine();
      while (line != null && !line.startsWith("copy/")) {
        line = out.readLine();
      }
      assertThat(line).as("measuring has begun").isNotNull();
      assertThat(process.toHandle().destroy()).isTrue();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("the process ends").isTrue();
      assertThat(new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
          .contains("quern: interrupted; what was measured so far is written");
    } finally {
      process.destroyForcibly();
    }
    Map<String, Object> run = JSON.std.mapFrom(Files.readString(json));
    assertThat(run).containsEntry("complete", false);
    assertThat(String.valueOf(run.get("devices"))).contains("name=copy/");
    assertThat(Files.readString(html)).contains("copy/");
  }
}
