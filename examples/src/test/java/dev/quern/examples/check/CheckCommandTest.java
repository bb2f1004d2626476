package dev.quern.examples.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandTest {
  @TempDir private Path folder;

  @Test
  void wantsAFolder() {
    assertThat(Verdict.of().exitCode()).isEqualTo(2);
    assertThat(Verdict.of("--vectors").exitCode()).isEqualTo(2);
    assertThat(Verdict.of("--precision", "fp8").exitCode()).isEqualTo(2);
  }

  @Test
  void saysInASentenceWhatCannotBeRead() {
    Verdict vectors = Verdict.of("--vectors", folder.resolve("none"));
    Verdict onnx = Verdict.of("--onnx", folder.resolve("none"));
    Verdict empty = Verdict.of("--onnx", folder);
    Verdict trace = Verdict.of("--trace", folder.resolve("none"));

    assertThat(vectors.error()).contains("there is no readable file").contains("index.json");
    assertThat(onnx.error()).contains("there is no readable folder").contains("none");
    assertThat(empty.error()).contains("no folder under").contains("model.onnx");
    assertThat(trace.error()).contains("there is no readable file").contains("trace.json");
    assertThat(vectors.exitCode()).isEqualTo(1);
    assertThat(onnx.exitCode()).isEqualTo(1);
    assertThat(empty.exitCode()).isEqualTo(1);
    assertThat(trace.exitCode()).isEqualTo(1);
  }

  @Test
  void saysThatAnIndexIsBroken() {
    write("{\"cases\": [");
    assertThat(Verdict.of("--vectors", folder).error()).contains("is no JSON");

    write("{\"cases\": {}}");
    assertThat(Verdict.of("--vectors", folder).error()).contains("a list under 'cases'");
  }

  @Test
  void failsIfNothingWasRun() {
    write("{\"cases\": []}");

    Verdict verdict = Verdict.of("--vectors", folder);

    assertThat(verdict.lastLine()).isEqualTo("0 passed, 0 failed, 0 skipped");
    assertThat(verdict.exitCode()).isEqualTo(1);
  }

  private void write(String index) {
    NumpyFiles.write(folder.resolve("index.json"), index.getBytes(StandardCharsets.UTF_8));
  }
}
