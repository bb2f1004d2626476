package dev.quern.train.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.quern.train.data.DataException;
import dev.quern.train.data.Mutation;
import dev.quern.train.files.Safetensors.Array;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
  private static final List<Array> ARRAYS =
      List.of(
          new Array("dense/kernel", List.of(2, 3), new float[] {1, -2, 0.5f, -0f, 1.4e-45f, 3e38f}),
          new Array("dense/bias", List.of(3), new float[] {Float.NaN, Float.NEGATIVE_INFINITY, 7}),
          new Array("scalar", List.of(), new float[] {42}),
          new Array("empty", List.of(0, 5), new float[0]),
          new Array("odd \"name\" \\ \n ß 字 😀", List.of(1), new float[] {1}));

  @TempDir private Path folder;
  private Path file = Path.of("");

  @BeforeEach
  void nameTheFile() {
    file = folder.resolve("model.safetensors");
  }

  @Test
  void readsWhatItWrote() throws IOException {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", "pt");
    metadata.put("a \"quoted\" key", "tab\tand\u0001");
    Safetensors.write(file, ARRAYS, metadata);
    Safetensors.Contents contents = Safetensors.read(file);
    assertThat(contents.metadata()).containsExactlyEntriesOf(metadata);
    assertThat(contents.arrays().keySet())
        .containsExactlyElementsOf(ARRAYS.stream().map(Array::name).toList());
    for (Array array : ARRAYS) {
      Array read = Objects.requireNonNull(contents.arrays().get(array.name()));
      assertThat(read.shape()).isEqualTo(array.shape());
      assertThat(bits(read)).isEqualTo(bits(array));
    }
    assertThat(filesInFolder()).containsExactly(file);
  }

  @Test
  void readsArraysLargerThanItsBuffer() {
    float[] values = new float[700_001];
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.intBitsToFloat(random.nextInt() & 0x7f7fffff);
    }
    Safetensors.write(file, List.of(new Array("x", List.of(values.length), values)));
    Array read = Safetensors.read(file).arrays().firstEntry().getValue();
    assertThat(read.values()).isEqualTo(values);
  }

  private static List<Integer> bits(Array array) {
    return IntStream.range(0, array.values().length)
        .map(i -> Float.floatToRawIntBits(array.values()[i]))
        .boxed()
        .toList();
  }

  private List<Path> filesInFolder() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  /** Byte for byte as the format describes; the example was laid out by hand. */
  @Test
  void writesTheFormat() throws IOException {
    Safetensors.write(file, List.of(new Array("weight", List.of(1, 2), new float[] {1, -2})));
    String json = "{\"weight\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}";
    ByteBuffer expected = ByteBuffer.allocate(8 + 64 + 8).order(ByteOrder.LITTLE_ENDIAN);
    expected
        .putLong(64)
        .put((json + " ".repeat(64 - json.length())).getBytes(StandardCharsets.US_ASCII));
    expected.put(new byte[] {0, 0, (byte) 0x80, 0x3f, 0, 0, 0, (byte) 0xc0});
    assertThat(Files.readAllBytes(file)).isEqualTo(expected.array());
  }

  @Test
  void sameArraysSameBytes() throws IOException {
    Path other = folder.resolve("other");
    Safetensors.write(file, ARRAYS, Map.of("k", "v"));
    Safetensors.write(other, ARRAYS, Map.of("k", "v"));
    assertThat(other).hasSameBinaryContentAs(file);
    assertThat(
            ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).getLong() % 8)
        .isZero();
  }

  @Test
  void replacesAnOldFile() {
    Safetensors.write(file, ARRAYS);
    Safetensors.write(file, List.of(new Array("w", List.of(1), new float[] {5})));
    assertThat(Safetensors.read(file).arrays()).containsOnlyKeys("w");
  }

  @Test
  void followsALink() throws IOException {
    Safetensors.write(file, ARRAYS);
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    Safetensors.write(link, List.of(new Array("w", List.of(1), new float[] {5})));
    assertThat(link).isSymbolicLink();
    assertThat(Safetensors.read(file).arrays()).containsOnlyKeys("w");
  }

  /** An interrupted thread cannot write to a channel: a write that really fails half-way. */
  @Test
  void failedWriteKeepsTheOldFileAndLeavesNoOther() throws IOException {
    Safetensors.write(file, List.of(new Array("w", List.of(1), new float[] {5})));
    byte[] before = Files.readAllBytes(file);
    Thread.currentThread().interrupt();
    try {
      refusesToWrite(file, ARRAYS, "cannot be written", "interrupted");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(file).hasBinaryContent(before);
    assertThat(filesInFolder()).containsExactly(file);
  }

  @Test
  void refusesPlacesThatCannotBeWritten() throws IOException {
    refusesToWrite(folder, ARRAYS, "is a folder");
    refusesToWrite(folder.resolve("no/file"), ARRAYS, "there is no such folder");
    Files.write(file, new byte[1]);
    refusesToWrite(file.resolve("below"), ARRAYS, "cannot be written");
    assertThat(filesInFolder()).containsExactly(file);
  }

  @Test
  void refusesWrongArrays() throws IOException {
    float[] one = {1};
    Array w = new Array("w", List.of(1), one);
    refusesToWrite(file, List.of(w, w), "\"w\" is there twice");
    refusesToWrite(file, List.of(new Array("__metadata__", List.of(1), one)), "reserved");
    refusesToWrite(file, List.of(new Array("w", List.of(2), one)), "shape [2] takes 8 bytes");
    refusesToWrite(file, List.of(new Array("w", List.of(-1, -1), one)), "extents of 0 or more");
    refusesToWrite(
        file, List.of(new Array("w", List.of(65536, 65536, 65536, 65536), one)), "at most");
    refusesToWrite(file, List.of(new Array("\ud800", List.of(1), one)), "half a surrogate pair");
    String tooLong = "n".repeat(5 << 20);
    refusesToWrite(file, List.of(new Array(tooLong, List.of(1), one)), "may have 4194304 bytes");
    assertThat(filesInFolder()).isEmpty();
  }

  private static void refusesToWrite(Path file, List<Array> arrays, String... parts) {
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> Safetensors.write(file, arrays))
        .satisfies(
            e ->
                assertThat(e.getMessage()).startsWith(file + ": ").contains(parts).hasLineCount(1));
  }

  /** Damaged files end in a sentence or are read; nothing else may happen. */
  @Test
  void damagedFilesEndInASentence() throws IOException {
    Safetensors.write(file, ARRAYS, Map.of("format", "pt"));
    byte[] right = Files.readAllBytes(file);
    int rounds = 3_000;
    int refused = 0;
    for (long seed = 100; seed < 100 + rounds; seed++) {
      Files.write(file, Mutation.of(right, new SplittableRandom(seed)));
      try {
        Safetensors.read(file);
      } catch (DataException e) {
        assertThat(e.getMessage()).as("seed %d", seed).startsWith(file + ": ");
        refused++;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed %d".formatted(seed), e);
      }
    }
    assertThat(refused).isGreaterThan(rounds / 3);
  }
}
