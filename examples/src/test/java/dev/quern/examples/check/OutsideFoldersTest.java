package dev.quern.examples.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The folders of outside cases, where environment variables say where they are. */
class OutsideFoldersTest {

  @ParameterizedTest
  @CsvSource({
    "--vectors, QUERN_VECTORS_DIR",
    "--trace, QUERN_TRACE_DIR",
    "--onnx, QUERN_ONNX_DIR",
  })
  void nothingFails(String option, String variable) {
    String folder = System.getenv(variable);
    assumeTrue(folder != null && !folder.isEmpty(), "NOT TESTED: " + variable + " is not set");

    Verdict verdict = Verdict.of(option, String.valueOf(folder));

    assertThat(verdict.error()).isEmpty();
    assertThat(verdict.out()).contains(" passed, 0 failed, ");
    assertThat(verdict.exitCode()).as(verdict.out()).isZero();
  }
}
