package dev.quern.train.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;

/** IDX files made by hand, right ones and a starting point for wrong ones. */
final class IdxBytes {
  private IdxBytes() {}

  /** Header words, then these bytes. */
  static byte[] file(byte[] values, int... words) {
    ByteBuffer file = ByteBuffer.allocate(words.length * Integer.BYTES + values.length);
    for (int word : words) {
      file.putInt(word);
    }
    return file.put(values).array();
  }

  /** Random pictures. */
  static byte[] images(int count, int height, int width) {
    byte[] values = new byte[count * height * width];
    new SplittableRandom(count).nextBytes(values);
    return file(values, 0x803, count, height, width);
  }

  /** These labels. */
  static byte[] labels(int... labels) {
    byte[] values = new byte[labels.length];
    for (int i = 0; i < labels.length; i++) {
      values[i] = (byte) labels[i];
    }
    return file(values, 0x801, labels.length);
  }

  /** The same, packed. */
  static byte[] gzip(byte[] plain) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(plain);
    }
    return packed.toByteArray();
  }
}
