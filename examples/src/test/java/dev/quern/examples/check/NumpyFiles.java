package dev.quern.examples.check;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes NumPy's formats, for tests. */
final class NumpyFiles {
  private NumpyFiles() {}

  /** An array of version 1.0. */
  static byte[] npy(String descr, String shape, double... values) {
    return npy(
        "{'descr': '%s', 'fortran_order': False, 'shape': %s, }".formatted(descr, shape), values);
  }

  /** Values behind a header of any content; the type is taken from it. */
  static byte[] npy(String header, double[] values) {
    byte[] text = (header + "\n").getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer bytes =
        ByteBuffer.allocate(10 + text.length + 8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    bytes.putShort((short) text.length).put(text);
    for (double value : values) {
      if (header.contains("<f4")) {
        bytes.putFloat((float) value);
      } else if (header.contains("<f8")) {
        bytes.putDouble(value);
      } else if (header.contains("<i4")) {
        bytes.putInt((int) value);
      } else {
        bytes.putLong((long) value);
      }
    }
    byte[] used = new byte[bytes.position()];
    bytes.flip().get(used);
    return used;
  }

  /** A zip file of arrays, deflated or stored. */
  static byte[] npz(boolean deflated, Map<String, byte[]> arrays) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> array : arrays.entrySet()) {
        ZipEntry entry = new ZipEntry(array.getKey() + ".npy");
        if (!deflated) {
          CRC32 sum = new CRC32();
          sum.update(array.getValue());
          entry.setMethod(ZipEntry.STORED);
          entry.setSize(array.getValue().length);
          entry.setCrc(sum.getValue());
        }
        zip.putNextEntry(entry);
        zip.write(array.getValue());
        zip.closeEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Writes a file, its folder included. */
  static void write(Path file, byte[] bytes) {
    try {
      Files.createDirectories(file.resolveSibling(""));
      Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
