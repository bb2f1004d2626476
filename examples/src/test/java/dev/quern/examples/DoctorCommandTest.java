package dev.quern.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.kernels.cases.Cases;
import java.util.List;
import org.junit.jupiter.api.Test;

class DoctorCommandTest {

  /** A processor has every op, so each must have its line, with a rate. */
  @Test
  void everyOpIsTriedAndWell() {
    Outcome outcome = Outcome.of("doctor", "--seconds", "0");
    assertThat(outcome.code()).as(outcome.out()).isZero();
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out())
        .contains(Runtime.version().toString())
        .contains(System.getProperty("java.home"))
        .contains("Device    cpu: ")
        .doesNotContain("FAILED")
        .doesNotContain("absent");
    List<String> well = outcome.out().lines().filter(line -> line.startsWith("  ok ")).toList();
    assertThat(well).allMatch(line -> line.matches(".* us +[0-9.]+ (GB|GFLOP)/s"));
    // One problem an op, whatever its passes: as many problems as there are ops.
    assertThat(well.stream().map(line -> line.strip().split(" +")[1]).distinct())
        .hasSize((int) Cases.all().stream().map(c -> c.spec().kernelType()).distinct().count());
    assertThat(outcome.out().lines().toList().getLast()).isEqualTo("All well.");
  }
}
