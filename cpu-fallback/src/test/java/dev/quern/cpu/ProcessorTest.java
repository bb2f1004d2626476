package dev.quern.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ProcessorTest {

  @Test
  void isNamedByTheFirstModelName() {
    List<String> lines =
        List.of(
            "processor\t: 0", "model\t\t: 17", "model name\t: Some CPU @ 3: GHz", "model name: 2");
    assertThat(Processor.name(lines)).isEqualTo("Some CPU @ 3: GHz");
  }

  @Test
  void isNamedByItsArchitectureElsewhere() {
    assertThat(Processor.name(List.of("Features : fp asimd", "model name :")))
        .isEqualTo(System.getProperty("os.arch"));
  }

  @Test
  void hasAName() {
    assertThat(Processor.name()).isNotBlank();
  }
}
