package dev.quern.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.core.Arena;
import dev.quern.core.DataType;
import dev.quern.core.Detection;
import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.Gemm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The embedding example of the README: this very code, and it runs. */
class ReadmeExampleTest {
  private static final String BEGIN = "    // README begins";
  private static final String END = "    // README ends";

  private static float[] product() {
    // README begins
    try (Device device = Detection.detect().best().open(); // or .require("cpu")
        Gemm gemm = device.prepare(Gemm.builder(2, 2, 3).build()); // C = A B, all checks done here
        Stream stream = device.newStream();
        Arena memory = device.newArena("example", 4096)) {
      DeviceBuffer a = memory.allocate("a", DataType.FLOAT32, 2 * 3);
      DeviceBuffer b = memory.allocate("b", DataType.FLOAT32, 3 * 2);
      DeviceBuffer c = memory.allocate("c", DataType.FLOAT32, 2 * 2);
      stream.write(a, new float[] {1, 2, 3, 4, 5, 6});
      stream.write(b, new float[] {1, 0, 0, 1, 1, 1});
      stream.reserveWorkspace(gemm.workspaceBytes());
      gemm.run(stream, a, b, null, c); // no bias
      return stream.readFloats(c); // 4, 5, 10, 11
    }
    // README ends
  }

  @Test
  void computesWhatItSays() {
    assertThat(product()).containsExactly(4, 5, 10, 11);
  }

  @Test
  void standsInTheReadme() throws IOException {
    Path module = Path.of("").toAbsolutePath();
    List<String> source =
        Files.readAllLines(
            module.resolve("src/test/java/dev/quern/examples/ReadmeExampleTest.java"),
            StandardCharsets.UTF_8);
    List<String> example =
        source.subList(source.indexOf(BEGIN) + 1, source.indexOf(END)).stream()
            .map(line -> line.substring(4))
            .toList();
    String readme = Files.readString(module.resolve("../README.md"), StandardCharsets.UTF_8);
    assertThat(readme).contains(String.join("\n", example));
  }
}
