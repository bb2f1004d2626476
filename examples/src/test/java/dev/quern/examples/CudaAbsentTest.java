package dev.quern.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broken CUDA installation is a sentence, and another device is chosen. */
final class CudaAbsentTest {
  private static final String LIBRARIES = "quern.cuda.libraries";
  private static final String SENTENCE = "libcuda.so.1";

  @TempDir private Path folder;

  /** A driver that was cut short while it was copied. */
  @BeforeEach
  void breakTheDriver() throws IOException {
    Files.write(folder.resolve("libcuda.so.1"), new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0});
    System.setProperty(LIBRARIES, folder.toString());
  }

  @AfterEach
  void mendIt() {
    System.clearProperty(LIBRARIES);
  }

  @Test
  void devicesSaysWhyAndChoosesAnother() {
    Outcome outcome = Outcome.of("devices");
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out().lines())
        .anySatisfy(line -> assertThat(line).matches("- +cuda .* no .*" + folder + ".*"));
    assertThat(outcome.out().lines().toList().getLast())
        .startsWith("auto: chose ")
        .doesNotContain("chose cuda")
        .contains(SENTENCE);
  }

  @Test
  void doctorSaysWhereItLooked() {
    Outcome outcome = Outcome.of("doctor", "--seconds", "0");
    assertThat(outcome.code()).as(outcome.out()).isZero();
    assertThat(outcome.out())
        .contains("Backend   cuda: ")
        .contains("needed: libcudnn.so.9")
        .contains("looked in " + folder);
  }

  @Test
  void whoAsksForItIsTold() {
    Outcome outcome = Outcome.of("mnist", "--device", "cuda:0", "--data", "synthetic");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err()).contains("cuda:0 cannot be used: ").contains(SENTENCE);
    assertThat(outcome.err().strip().lines()).hasSize(1);
  }
}
