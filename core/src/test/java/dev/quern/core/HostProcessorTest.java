package dev.quern.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class HostProcessorTest {

  @Test
  void isNamedByTheFirstModelName() {
    List<String> lines =
        List.of(
            "processor\t: 0", "model\t\t: 17", "model name\t: Some CPU @ 3: GHz", "model name: 2");
    assertThat(HostProcessor.name(lines)).isEqualTo("Some CPU @ 3: GHz");
  }

  @Test
  void isToldFromOthersByItsFamilyWhereItsNameHasNoNumber() {
    List<String> lines = List.of("cpu family\t: 26", "model\t\t: 2", "model name\t: AMD EPYC");
    assertThat(HostProcessor.name(lines)).isEqualTo("AMD EPYC family 26");
    assertThat(HostProcessor.name(lines.subList(2, 3))).isEqualTo("AMD EPYC");
  }

  @Test
  void isNamedByItsArchitectureElsewhere() {
    assertThat(HostProcessor.name(List.of("Features : fp asimd", "model name :")))
        .isEqualTo(System.getProperty("os.arch"));
  }

  @Test
  void hasAName() {
    assertThat(HostProcessor.name()).isNotBlank();
  }
}
