package dev.quern.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.core.ComputeException;
import dev.quern.core.DeviceInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files of findings: what was written is read, for that device alone; what is damaged is left out.
 */
final class TuningTest {
  private static final String BACKEND = "test";
  private static final String FOLDER = "quern.test.tuning";
  private static final ProductClass PRODUCTS = ProductClass.of(96, 40, 24);
  private static final Traits DEVICE = traits("driver 1");

  @TempDir private Path folder;

  private static Traits traits(String key) {
    return new Traits(
        DeviceInfo.Kind.GPU,
        "platform",
        "A (Device)",
        key,
        8,
        1,
        256,
        1 << 16,
        1,
        true,
        true,
        true);
  }

  @BeforeEach
  void useAFolderOfItsOwn() {
    System.setProperty(FOLDER, folder.toString());
  }

  @AfterEach
  void leaveIt() {
    System.clearProperty(FOLDER);
  }

  @Test
  void whatWasWrittenIsReadForThatDeviceAlone() {
    Tile vectors = Tile.ofVectors(10, 2, 16, 8);
    Tile blocks = Tile.ofBlocks(2, 4, 8, 16, 32);
    ProductClass others = ProductClass.of(96, 4000, 24);
    List<Tuning.Finding> findings =
        List.of(
            new Tuning.Finding(PRODUCTS, vectors, 2, 1), new Tuning.Finding(others, blocks, 2, 1));
    assertThat(Tuning.of(BACKEND, DEVICE).tile(PRODUCTS)).isNull();
    assertThat(Tuning.write(BACKEND, DEVICE, findings))
        .isEqualTo(Tuning.file(BACKEND, DEVICE))
        .hasParent(folder);
    assertThat(Tuning.of(BACKEND, DEVICE).tile(PRODUCTS)).isEqualTo(vectors);
    assertThat(Tuning.of(BACKEND, DEVICE).tile(others)).isEqualTo(blocks);
    assertThat(Tuning.of(BACKEND, DEVICE).tile(ProductClass.of(9600, 40, 24))).isNull();
    assertThat(Tuning.of(BACKEND, traits("driver 2")).tile(PRODUCTS)).isNull();
  }

  @Test
  void eachBackendHasAFolder() {
    System.clearProperty(FOLDER);
    assertThat(Tuning.file(BACKEND, DEVICE).getParent()).endsWithRaw(Path.of("quern", "test"));
    assertThat(Tuning.file("opencl", DEVICE).getFileName())
        .isEqualTo(Tuning.file(BACKEND, DEVICE).getFileName());
    assertThat(Tuning.file(BACKEND, DEVICE).getFileName().toString())
        .matches("A-Device--[0-9a-f]{8}\\.json");
  }

  @Test
  void aFolderOfNoUseIsAnError() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "no folder");
    System.setProperty(FOLDER, file.toString());
    assertThatThrownBy(() -> Tuning.write(BACKEND, DEVICE, List.of()))
        .isInstanceOf(ComputeException.class)
        .hasMessageContaining(file.toString());
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
    String text = json.replace("KEY", DEVICE.key()).replace("CLASS", PRODUCTS.text());
    Files.writeString(Tuning.file(BACKEND, DEVICE), text);
    assertThat(Tuning.of(BACKEND, DEVICE).tile(PRODUCTS)).isNull();
  }
}
