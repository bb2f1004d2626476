package dev.quern.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdxFileTest {
  private static final byte[] IMAGES = IdxBytes.images(5, 3, 4);

  @TempDir private Path folder;
  private Path file = Path.of("");

  @BeforeEach
  void nameTheFile() {
    file = folder.resolve("file");
  }

  @Test
  void readsPictures() throws IOException {
    Files.write(file, IMAGES);
    checkImages(IdxFile.images(file));
  }

  @Test
  void tellsGzipByItsFirstBytes() throws IOException {
    Files.write(file, IdxBytes.gzip(IMAGES));
    checkImages(IdxFile.images(file));
  }

  @Test
  void skipsOptionalGzipFields() throws IOException {
    byte[] packed = IdxBytes.gzip(IMAGES);
    ByteArrayOutputStream withFields = new ByteArrayOutputStream();
    withFields.write(packed, 0, 3);
    withFields.write(2 + 4 + 8 + 16);
    withFields.write(packed, 4, 6);
    withFields.write(new byte[] {3, 0, 1, 2, 3, 'n', 'a', 'm', 'e', 0, 'c', 0, 7, 7});
    withFields.write(packed, 10, packed.length - 10);
    Files.write(file, withFields.toByteArray());
    checkImages(IdxFile.images(file));
  }

  private void checkImages(IdxFile images) {
    assertThat(images.path()).isEqualTo(file);
    assertThat(images.count()).isEqualTo(5);
    assertThat(images.height()).isEqualTo(3);
    assertThat(images.width()).isEqualTo(4);
    assertThat(images.channels()).isEqualTo(1);
    assertThat(images.values()).isEqualTo(Arrays.copyOfRange(IMAGES, 16, IMAGES.length));
  }

  @Test
  void readsChannels() throws IOException {
    Files.write(file, IdxBytes.file(new byte[12], 0x804, 1, 2, 2, 3));
    assertThat(IdxFile.images(file).channels()).isEqualTo(3);
  }

  @Test
  void readsLabels() throws IOException {
    Files.write(file, IdxBytes.labels(3, 1, 4, 255));
    assertThat(IdxFile.labels(file).values()).containsExactly(3, 1, 4, -1);
  }

  @Test
  void unpacksPicturesThatPackThousandTimes() throws IOException {
    byte[] blank = IdxBytes.file(new byte[4_000 * 28 * 28], 0x803, 4_000, 28, 28);
    Files.write(file, IdxBytes.gzip(blank));
    assertThat(IdxFile.images(file).values()).isEqualTo(new byte[4_000 * 28 * 28]);
  }

  @Test
  void refusesMissingFileAndFolder() {
    refuses("there is no such file");
    file = folder;
    refuses("is a folder");
  }

  @ParameterizedTest
  @CsvSource({
    "0x801, it holds labels",
    "0x903, it is not such a file",
    "0x80300, it is not such a file"
  })
  void refusesWrongMagic(String magic, String reason) throws IOException {
    Files.write(file, IdxBytes.file(new byte[16], Integer.decode(magic), 1, 4, 4));
    refuses(
        "begin with 0x00000803, but this file begins with 0x%08x".formatted(Integer.decode(magic)),
        reason);
  }

  @Test
  void refusesPicturesForLabels() throws IOException {
    Files.write(file, IMAGES);
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> IdxFile.labels(file))
        .withMessageContaining("pass the file of labels");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 4, 15})
  void refusesPartOfHeader(int bytes) throws IOException {
    Files.write(file, Arrays.copyOf(IMAGES, bytes));
    refuses("the header needs", "but the file has " + bytes);
    Files.write(file, IdxBytes.gzip(Arrays.copyOf(IMAGES, bytes)));
    refuses("the header needs", "but the file has " + bytes);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 3, 4, declares 0",
    "-1, 3, 4, declares 4294967295",
    "5, 0, 4, rows",
    "5, 65536, 4, 'rows, but the header declares 65536'",
    "5, 3, -4, columns",
    "5, 3, 0, columns"
  })
  void refusesImplausibleSizes(int count, int rows, int columns, String reason) throws IOException {
    byte[] bytes = IdxBytes.file(new byte[60], 0x803, count, rows, columns);
    Files.write(file, bytes);
    refuses(reason);
    Files.write(file, IdxBytes.gzip(bytes));
    refuses(reason);
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 17, 75})
  void refusesTruncatedPlainFile(int bytes) throws IOException {
    Files.write(file, Arrays.copyOf(IMAGES, bytes));
    refuses("5 pictures of 3 x 4 need 60 bytes", "there are " + (bytes - 16), "cut off");
  }

  @Test
  void refusesTrailingBytes() throws IOException {
    Files.write(file, Arrays.copyOf(IMAGES, IMAGES.length + 2));
    refuses("need 60 bytes", "there are 62", "too long");
    Files.write(file, IdxBytes.gzip(Arrays.copyOf(IMAGES, IMAGES.length + 2)));
    refuses("more than the 76 bytes that its header declares");
  }

  @Test
  void refusesGzipCutOffAnywhere() throws IOException {
    byte[] packed = IdxBytes.gzip(IMAGES);
    for (int bytes = 2; bytes < packed.length; bytes++) {
      Files.write(file, Arrays.copyOf(packed, bytes));
      refuses(bytes < 18 ? "header" : "cut off");
    }
  }

  @Test
  void refusesGzipOfTooFewBytes() throws IOException {
    Files.write(file, IdxBytes.gzip(Arrays.copyOf(IMAGES, 70)));
    refuses("need 60 bytes", "unpacks to 54");
  }

  @Test
  void refusesWrongChecksumAndLength() throws IOException {
    byte[] packed = IdxBytes.gzip(IMAGES);
    for (int back : new int[] {8, 4}) {
      byte[] damaged = packed.clone();
      damaged[damaged.length - back]++;
      Files.write(file, damaged);
      refuses("gzip promises", "get the file again");
    }
  }

  @Test
  void refusesBytesAfterGzip() throws IOException {
    byte[] packed = IdxBytes.gzip(IMAGES);
    Files.write(file, Arrays.copyOf(packed, packed.length + 3));
    refuses("3 bytes follow the end of the gzip data");
  }

  @Test
  void refusesDamagedDeflateData() throws IOException {
    byte[] packed = IdxBytes.gzip(IMAGES);
    packed[10] = 0x07; // the reserved block type of RFC 1951
    Files.write(file, packed);
    refuses("damaged after 0 unpacked bytes");
  }

  @Test
  void refusesSizesBeyondWhatDeflateCanPack() throws IOException {
    byte[] lie = IdxBytes.file(new byte[0], 0x803, Integer.MAX_VALUE, 65_535, 65_535);
    Files.write(file, IdxBytes.gzip(lie));
    refuses("need 9223090559730712575 bytes", "holds at most");
    Files.write(file, IdxBytes.file(new byte[0], 0x804, Integer.MAX_VALUE, 65_535, 65_535, 255));
    refuses("x 255 need", "there are 0");
  }

  @Test
  void doesNotPayForALieWithMemory() throws IOException {
    // 1.5 GB declared, 1.5 MB of it there: as much as the packed size could hold, but does not.
    byte[] noise = IdxBytes.images(2_000, 28, 28);
    ByteBuffer.wrap(noise).putInt(4, 2_000_000);
    Files.write(file, storedGzip(noise));
    refuses("need 1568000000 bytes", "unpacks to 1568000");
  }

  /** Not deflated: as large as the data, so that the ratio of sizes alone proves nothing. */
  private static byte[] storedGzip(byte[] plain) {
    Deflater deflater = new Deflater(Deflater.NO_COMPRESSION, true);
    byte[] packed = new byte[plain.length + 10_000];
    int length;
    try {
      deflater.setInput(plain);
      deflater.finish();
      length = deflater.deflate(packed);
    } finally {
      deflater.end();
    }
    CRC32 checksum = new CRC32();
    checksum.update(plain);
    return ByteBuffer.allocate(10 + length + 8)
        .put(new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, 0})
        .put(packed, 0, length)
        .putInt(Integer.reverseBytes((int) checksum.getValue()))
        .putInt(Integer.reverseBytes(plain.length))
        .array();
  }

  private void refuses(String... parts) {
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> IdxFile.images(file))
        .satisfies(
            e ->
                assertThat(e.getMessage()).startsWith(file + ": ").contains(parts).hasLineCount(1));
  }
}
