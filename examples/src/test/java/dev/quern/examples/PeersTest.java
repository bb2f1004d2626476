package dev.quern.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The Python programs that quern is compared with on a GPU, as far as they go without one. */
class PeersTest {

  @Test
  void whatNeedsNoGpuWorks() throws Exception {
    assumeTrue(
        Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":"))
            .anyMatch(bin -> Files.isExecutable(Path.of(bin, "python3"))),
        "NOT TESTED: there is no python3");
    Process tests =
        new ProcessBuilder("python3", "-B", "-m", "unittest", "discover", "-s", "../bench/peers")
            .redirectErrorStream(true)
            .start();
    String said = new String(tests.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(tests.waitFor()).as(said).isZero();
    assertThat(said).contains("Ran ").endsWith("OK\n");
  }
}
