package dev.quern.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.core.Detection;
import dev.quern.core.Device;
import dev.quern.dialect.ProgramCache;
import dev.quern.kernels.SelfTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What PoCL would abort the process over is compiled again, and replaced. */
final class DamagedProgramsTest {
  private static final String FOLDER = "quern.opencl.cache";

  @TempDir private Path folder;

  private List<Path> programs() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  @Test
  void aDeviceRecoversFromDamage() throws IOException {
    String before = System.getProperty(FOLDER);
    System.setProperty(FOLDER, folder.toString());
    try {
      computeOnPocl();
      ProgramCache cache = new ProgramCache(folder, ProgramCache.MOST_BYTES);
      List<Path> programs = programs();
      assertThat(programs).isNotEmpty();
      for (Path program : programs) {
        byte[] bytes = Files.readAllBytes(program);
        Files.write(program, Arrays.copyOf(bytes, bytes.length / 2));
      }
      computeOnPocl();
      for (Path program : programs) {
        String key = program.getFileName().toString().split("\\.", 2)[0];
        assertThat(cache.read(key)).as("program %s", key).isNotNull();
      }
      computeOnPocl(); // now from what was kept
    } finally {
      if (before == null) {
        System.clearProperty(FOLDER);
      } else {
        System.setProperty(FOLDER, before);
      }
    }
  }

  private static void computeOnPocl() {
    Detection detection = Detection.detect("opencl:0");
    boolean pocl =
        detection.devices().stream()
            .anyMatch(d -> d.info().driver().startsWith("Portable Computing Language"));
    Assumptions.assumeTrue(pocl, "NOT TESTED: PoCL is not installed");
    try (Device device = detection.require("opencl:0").open()) {
      SelfTest.run(device);
    }
  }
}
