package dev.quern.train;

import dev.quern.train.data.DataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.StringJoiner;

/**
 * Writes arrays in the safetensors format: the length of the header as a little-endian 64-bit number, a
 * JSON header with type, shape and offsets of each array, the arrays. Read by PyTorch, TensorFlow, JAX
 * and others. Source: the format description of the safetensors project.
 */
final class Safetensors {
  private Safetensors() {}

  /**
   * One array.
   *
   * @param name its name
   * @param shape its extents
   * @param values its elements, last axis contiguous
   */
  record Array(String name, List<Integer> shape, float[] values) {}

  /**
   * Writes a file; the same arrays give the same bytes. An old file is replaced in one go, once the new
   * one is complete and on disk.
   *
   * @throws DataException if it cannot be written; the old file, if any, is then still there
   */
  static void write(Path file, List<Array> arrays) {
    Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
    try {
      try (FileChannel channel =
          FileChannel.open(
              temporary,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        writeAll(channel, header(arrays));
        for (Array array : arrays) {
          writeAll(channel, bytes(array.values()));
        }
        channel.force(true);
      }
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      try {
        Files.deleteIfExists(temporary);
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw new DataException(file + " cannot be written: " + e.getMessage(), e);
    }
  }

  private static ByteBuffer header(List<Array> arrays) {
    StringJoiner json = new StringJoiner(",", "{", "}");
    long offset = 0;
    for (Array array : arrays) {
      long end = offset + (long) array.values().length * Float.BYTES;
      json.add(
          "\"%s\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
              .formatted(array.name(), array.shape().toString().replace(" ", ""), offset, end));
      offset = end;
    }
    byte[] text = json.toString().getBytes(StandardCharsets.UTF_8);
    int padded = (text.length + 7) / 8 * 8; // so that the arrays are aligned, as the format advises
    ByteBuffer header = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(padded).put(text);
    while (header.hasRemaining()) {
      header.put((byte) ' ');
    }
    return header.flip();
  }

  private static ByteBuffer bytes(float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes;
  }

  private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
