package dev.quern.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.core.Detection;
import dev.quern.core.Device;
import dev.quern.kernels.Gemm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a tuner finds is kept, found again, and used; what is damaged is left out. */
final class TuningTest {
  private static final String FOLDER = "quern.opencl.tuning";
  private static final int[][] SMALL = {{96, 40, 24}};

  @TempDir private Path folder;

  @BeforeEach
  void useAFolderOfItsOwn() {
    System.setProperty(FOLDER, folder.toString());
    boolean here =
        Detection.detect("opencl:0").devices().stream()
            .anyMatch(d -> d.info().id().equals("opencl:0"));
    Assumptions.assumeTrue(here, "NOT TESTED: there is no OpenCL device");
  }

  @AfterEach
  void leaveIt() {
    System.clearProperty(FOLDER);
  }

  private static ClDevice device() {
    return (ClDevice) Detection.detect("opencl:0").require("opencl:0").open();
  }

  private static String implementation(Device device) {
    try (Gemm gemm = device.prepare(Gemm.builder(96, 40, 24).build())) {
      return gemm.implementation();
    }
  }

  @Test
  void theFastestTileIsKeptAndUsed() {
    List<String> lines = new ArrayList<>();
    Tile fastest;
    try (ClDevice device = device()) {
      List<Tuning.Finding> findings = new Tuner(device, SMALL).run(lines::add);
      assertThat(findings).hasSize(1);
      fastest = findings.get(0).tile();
      assertThat(findings.get(0).gflops()).isGreaterThanOrEqualTo(findings.get(0).untunedGflops());
      assertThat(Tuning.write(device.traits(), findings)).startsWith(folder).isRegularFile();
      assertThat(device.memory().liveBytes()).isZero();
    }
    assertThat(lines).singleElement().asString().contains("GFLOP/s").contains(fastest.name());
    try (ClDevice device = device()) {
      assertThat(device.tuning().tile(ProductClass.of(96, 40, 24))).isEqualTo(fastest);
      assertThat(device.tuning().tile(ProductClass.of(96, 4000, 24))).isNull();
    }
  }

  @Test
  void findingsChangeWhatRuns() {
    String untuned;
    try (ClDevice device = device()) {
      untuned = implementation(device);
      Tile odd = Tile.ofBlocks(2, 2, 4, 4, 8);
      Tuning.Finding finding = new Tuning.Finding(ProductClass.of(96, 40, 24), odd, 1, 1);
      Tuning.write(device.traits(), List.of(finding));
    }
    try (ClDevice device = device()) {
      assertThat(implementation(device)).startsWith("blocks:8x8").isNotEqualTo(untuned);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "{\"device\": \"another\", \"products\": []}",
        "{\"device\": \"KEY\", \"products\": [{\"class\": \"CLASS\"}]}",
        "{\"device\": \"KEY\", \"products\": [{\"class\": \"CLASS\", \"tile\": {\"rows\": 0}}]}",
        "{\"device\": \"KEY\", \"products\": [{\"class\": \"CLASS\", \"tile\": {\"rows\": 1e9}}]}",
        "{\"device\": \"KEY\", \"products\": \"none\"}"
      })
  void whatHoldsNoFindingsIsLeftOut(String json) throws IOException {
    String untuned;
    try (ClDevice device = device()) {
      untuned = implementation(device);
      String text = json.replace("KEY", device.traits().key());
      text = text.replace("CLASS", ProductClass.of(96, 40, 24).text());
      Files.writeString(Tuning.file(device.traits()), text);
    }
    try (ClDevice device = device()) {
      assertThat(implementation(device)).isEqualTo(untuned);
    }
  }
}
