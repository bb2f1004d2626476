package dev.quern.examples.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NumpyReadersTest {
  private static final long SEED = 20250101;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"<f4", "<f8", "<i4", "<i8"})
  void readsEveryType(String descr) {
    Tensor tensor = Npy.read("a", NumpyFiles.npy(descr, "(2, 3)", 1, 2, -3, 4, 5, 6));

    assertThat(tensor.shape()).containsExactly(2, 3);
    assertThat(tensor.values()).containsExactly(1, 2, -3, 4, 5, 6);
  }

  @Test
  void readsSingleNumbersVectorsAndNothing() {
    assertThat(Npy.read("a", NumpyFiles.npy("<f8", "()", 7)).shape()).isEmpty();
    assertThat(Npy.read("a", NumpyFiles.npy("<f8", "(1,)", 7)).shape()).containsExactly(1);
    assertThat(Npy.read("a", NumpyFiles.npy("<f4", "(4, 0)")).shape()).containsExactly(4, 0);
  }

  @Test
  void readsColumnsIntoRows() {
    String header = "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }";

    Tensor tensor = Npy.read("a", NumpyFiles.npy(header, new double[] {1, 4, 2, 5, 3, 6}));

    assertThat(tensor.values()).containsExactly(1, 2, 3, 4, 5, 6);
  }

  @Test
  void saysWhatIsWrong() {
    assertThatThrownBy(() -> Npy.read("a.npy", NumpyFiles.npy("<f4", "(3,)", 1, 2)))
        .isInstanceOf(CheckException.class)
        .hasMessageContaining("a.npy")
        .hasMessageContaining("[3]")
        .hasMessageContaining("8 bytes");
    assertThatThrownBy(() -> Npy.read("a.npy", NumpyFiles.npy(">f4", "(0,)")))
        .hasMessageContaining(">f4");
    assertThatThrownBy(() -> Npy.read("a.npy", NumpyFiles.npy("<f4", "(99999999999,)", 1)))
        .hasMessageContaining("99999999999");
    assertThatThrownBy(() -> Npy.read("a.npy", NumpyFiles.npy("<f4", "(65536, 65536)")))
        .hasMessageContaining("65536");
    byte[] tooLongHeader = NumpyFiles.npy("<f4", "(1,)", 1);
    tooLongHeader[9] = 0x7F;
    assertThatThrownBy(() -> Npy.read("a.npy", tooLongHeader)).hasMessageContaining("header");
  }

  @Test
  void survivesDamagedArrays() {
    byte[] good = NumpyFiles.npy("<f4", "(2, 3)", 1, 2, 3, 4, 5, 6);

    Mutations.tryAll(good, SEED, 20_000, bytes -> Npy.read("a", bytes));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void readsZipFiles(boolean deflated) {
    Path file = folder.resolve("a.npz");
    NumpyFiles.write(file, NumpyFiles.npz(deflated, arrays()));

    Npz npz = Npz.read(file);

    assertThat(npz.has("x")).isTrue();
    assertThat(npz.get("x").values()).containsExactly(1, 2, 3);
    assertThat(npz.get("y").values()).containsExactly(4);
    assertThatThrownBy(() -> npz.get("z")).hasMessageContaining("'z'");
  }

  @Test
  void noticesChangedValues() {
    Path file = folder.resolve("a.npz");
    byte[] bytes = NumpyFiles.npz(false, Map.of("x", NumpyFiles.npy("<f8", "(1,)", Math.PI)));
    byte[] value = {0x18, 0x2D, 0x44, 0x54, (byte) 0xFB, 0x21, 0x09, 0x40}; // pi
    for (int i = 0; i + 8 <= bytes.length; i++) {
      if (Arrays.equals(Arrays.copyOfRange(bytes, i, i + 8), value)) {
        bytes[i] ^= 1;
      }
    }
    NumpyFiles.write(file, bytes);

    assertThatThrownBy(() -> Npz.read(file)).hasMessageContaining("checksum");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void survivesDamagedZipFiles(boolean deflated) {
    Path file = folder.resolve("a.npz");
    byte[] good = NumpyFiles.npz(deflated, arrays());

    Mutations.tryAll(
        good,
        SEED,
        2_000,
        bytes -> {
          NumpyFiles.write(file, bytes);
          Npz.read(file);
        });
  }

  @Test
  void saysThatThereIsNoFile() {
    assertThatThrownBy(() -> Npz.read(folder.resolve("none.npz")))
        .isInstanceOf(CheckException.class)
        .hasMessageContaining("none.npz");
  }

  private static Map<String, byte[]> arrays() {
    return Map.of(
        "x", NumpyFiles.npy("<f4", "(3,)", 1, 2, 3),
        "y", NumpyFiles.npy("<i8", "()", 4));
  }
}
