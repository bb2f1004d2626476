package dev.quern.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.core.Device;
import dev.quern.kernels.Gemm;
import dev.quern.kernels.conformance.DeviceUnderTest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a tuner finds on a device is kept, found again, and used. A backend's own class extends this
 * and names the device.
 */
public abstract class TuningConformance {
  private static final int[][] SMALL = {{96, 40, 24}};
  private static final ProductClass PRODUCTS = ProductClass.of(96, 40, 24);

  @TempDir private Path folder;

  /** The device to test, for example {@code opencl:0}. */
  protected abstract String deviceId();

  private String folderProperty() {
    return "quern." + deviceId().split(":", 2)[0] + ".tuning";
  }

  @BeforeEach
  void useAFolderOfItsOwn() {
    System.setProperty(folderProperty(), folder.toString());
  }

  @AfterEach
  void leaveIt() {
    System.clearProperty(folderProperty());
  }

  /** The device, opened once more, as it reads findings once. */
  private DialectDevice open() {
    return (DialectDevice) DeviceUnderTest.find(deviceId()).get();
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
    try (DialectDevice device = open()) {
      List<Tuning.Finding> findings = new Tuner(device, SMALL).run(lines::add);
      assertThat(findings).hasSize(1);
      fastest = findings.get(0).tile();
      assertThat(findings.get(0).gflops()).isGreaterThanOrEqualTo(findings.get(0).untunedGflops());
      Path file = Tuning.write(device.info().backend(), device.traits(), findings);
      assertThat(file).startsWith(folder).isRegularFile();
      assertThat(device.memory().liveBytes()).isZero();
    }
    assertThat(lines).singleElement().asString().contains("GFLOP/s").contains(fastest.name());
    try (DialectDevice device = open()) {
      assertThat(device.tuning().tile(PRODUCTS)).isEqualTo(fastest);
      assertThat(device.tuning().tile(ProductClass.of(96, 4000, 24))).isNull();
    }
  }

  @Test
  void findingsChangeWhatRuns() {
    String untuned;
    try (DialectDevice device = open()) {
      untuned = implementation(device);
      Tile odd = Tile.ofBlocks(2, 2, 4, 4, 8);
      Tuning.Finding finding = new Tuning.Finding(PRODUCTS, odd, 1, 1);
      Tuning.write(device.info().backend(), device.traits(), List.of(finding));
    }
    try (DialectDevice device = open()) {
      assertThat(implementation(device)).startsWith("blocks:8x8").isNotEqualTo(untuned);
    }
  }
}
