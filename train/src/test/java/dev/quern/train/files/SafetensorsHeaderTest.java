package dev.quern.train.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.quern.train.data.DataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers by other programs, right and wrong. Quotes are written as ' here. */
class SafetensorsHeaderTest {
  private static final String W = "'w':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}";

  @TempDir private Path folder;
  private Path file = Path.of("");

  @BeforeEach
  void nameTheFile() {
    file = folder.resolve("model.safetensors");
  }

  private void write(String header, int dataBytes) throws IOException {
    write(header.replace('\'', '"').getBytes(StandardCharsets.UTF_8), dataBytes);
  }

  private void write(byte[] header, int dataBytes) throws IOException {
    Files.write(
        file,
        ByteBuffer.allocate(8 + header.length + dataBytes)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(header.length)
            .put(header)
            .array());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{" + W + "}",
        "{" + W + "}   \n",
        "{ 'w' : {\t'shape':[ 2 ],\r\n'data_offsets':[ 0 , 8 ], 'dtype':'F32' } }",
        "{'__metadata__':{}," + W + "}",
        "{" + W + ",'__metadata__':{'a':'b','c':''}}",
        "{'\\u0077':{'dtype':'\\u004632','shape':[2,1,1],'data_offsets':[0,8]}}",
        "{" + W + ",'empty':{'dtype':'F32','shape':[0],'data_offsets':[8,8]}}",
        "{'z':{'dtype':'F32','shape':[0],'data_offsets':[0,0]}," + W + "}"
      })
  void readsEveryWayOfWritingIt(String header) throws IOException {
    write(header, 8);
    Safetensors.Array w = Objects.requireNonNull(Safetensors.read(file).arrays().get("w"));
    assertThat(w.values()).containsExactly(0, 0);
  }

  @Test
  void readsArraysInAnyOrder() throws IOException {
    write("{'b':{'dtype':'F32','shape':[1],'data_offsets':[8,12]}," + W + "}", 12);
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(bytes.length - 4, 6.5f);
    Files.write(file, bytes);
    Safetensors.Contents contents = Safetensors.read(file);
    assertThat(contents.arrays().keySet()).containsExactly("b", "w");
    assertThat(contents.arrays().firstEntry().getValue().values()).containsExactly(6.5f);
  }

  @Test
  void readsAFileWithoutArrays() throws IOException {
    write("{}", 0);
    assertThat(Safetensors.read(file).arrays()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[]                                                   | must begin with {",
        "{'w':{'dtype':'F32','shape':[2],'data_offsets':[0,8]} | ends too early",
        "{'w':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}}x | only spaces may follow",
        "{'w':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},} | `\" must be here`",
        "{'w':{'dtype':'F32','shape':[2]}}                     | two data_offsets",
        "{'w':{'dtype':'F32','shape':[2],'data_offsets':[8]}}  | two data_offsets",
        "{'w':{'dtype':'F32','shape':[2],'data_offsets':[0,8,8]}} | two data_offsets",
        "{'w':{'shape':[2],'data_offsets':[0,8]}}              | must have dtype",
        "{'w':{'dtype':'F16','shape':[4],'data_offsets':[0,8]}} | `has type \"F16\"`",
        "{'w':{'dtype':'F32','dtype':'F32','shape':[2],'data_offsets':[0,8]}} | twice",
        "{'w':{'dtype':'F32','shape':[2],'data_offsets':[0,8],'x':'y'}} | is no part of an array",
        "{'w':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}} | a whole number",
        "{'w':{'dtype':'F32','shape':[2.0],'data_offsets':[0,8]}} | a comma or ]",
        "{'w':{'dtype':'F32','shape':[02],'data_offsets':[0,8]}} | a whole number",
        "{'w':{'dtype':'F32','shape':[9999999999999999999],'data_offsets':[0,8]}} | a whole number",
        "{'w':{'dtype':'F32','shape':[4294967298],'data_offsets':[0,8]}} | extents up to"
            + " 2147483647",
        "{'w':{'dtype':'F32','shape':[3],'data_offsets':[0,8]}} | takes 12 bytes",
        "{'w':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}} | but has bytes 8 to 0",
        "{'w':{'dtype':'F32','shape':[65536,65536,65536,65536],'data_offsets':[0,0]}} | at most",
        "{'w':{'dtype':'F32','shape':[2],'data_offsets':[4,12]}} | at byte 0",
        "{'w':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}} | the file is too long",
        "{'w':{'dtype':'F32','shape':[3],'data_offsets':[0,12]}} | the file is cut off",
        "{'w\\x':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} | no escape of JSON",
        "{'w\\u00g0':{}}                                       | four hexadecimal digits",
        "{'\\ud800':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} | half a surrogate pair",
        "{'__metadata__':{'a':1}}                              | `\" must be here`",
        "{'__metadata__':{'a':'1','a':'2'}}                    | twice",
        "{'__metadata__':{},'__metadata__':{}}                 | twice",
        "{'w':null}                                            | { must be here"
      })
  void refusesWrongHeaders(String header, String reason) throws IOException {
    write(header, 8);
    refuses(reason);
  }

  @Test
  void refusesEqualNames() throws IOException {
    write("{" + W + "," + W + "}", 8);
    refuses("\"w\" must be there once");
  }

  @Test
  void refusesOverlap() throws IOException {
    write("{" + W + ",'b':{'dtype':'F32','shape':[2],'data_offsets':[4,12]}}", 12);
    refuses("\"b\" must begin where the one before ends, at byte 8, but begins at 4");
  }

  @Test
  void refusesWhatIsNotText() throws IOException {
    write(new byte[] {'{', (byte) 0xff, '}'}, 0);
    refuses("must be UTF-8");
    write(new byte[] {'{', '"', '\n', '"'}, 0);
    refuses("control characters");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 9, Long.MAX_VALUE, Long.MIN_VALUE, -1})
  void refusesWrongHeaderLengths(long length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
    Files.write(file, bytes.array());
    refuses("must have 2 to 8 bytes in this file, but declares " + Long.toUnsignedString(length));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 7})
  void refusesAFileWithoutLength(int bytes) throws IOException {
    Files.write(file, new byte[bytes]);
    refuses("is cut off");
  }

  @Test
  void refusesAHeaderOfMegabytes() throws IOException {
    write(new byte[(4 << 20) + 1], 0);
    refuses("headers of up to 4194304 bytes are read, but this one has 4194305");
  }

  @Test
  void deepNestingIsRefusedWithoutRecursion() throws IOException {
    write("{'w':{'dtype':'F32','shape':" + "[".repeat(1 << 20), 0);
    refuses("a whole number");
  }

  @Test
  void messagesStayShort() throws IOException {
    write("{'" + "n".repeat(1 << 20) + "':{}}", 0);
    refuses("must have dtype");
  }

  @Test
  void refusesMissingFileAndFolder() {
    refuses("there is no such file");
    file = folder;
    refuses("is a folder");
  }

  private void refuses(String reason) {
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> Safetensors.read(file))
        .satisfies(
            e ->
                assertThat(e.getMessage())
                    .startsWith(file + ": ")
                    .contains(reason)
                    .hasLineCount(1)
                    .hasSizeLessThan(600));
  }
}
