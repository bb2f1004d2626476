package dev.quern.train.files;

import dev.quern.train.data.DataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Writes and reads 32-bit floating-point arrays in the safetensors format: the length of the header
 * as a little-endian 64-bit number, a JSON header with type, shape and offsets of each array, the
 * arrays without gaps. PyTorch, TensorFlow, JAX and others read it. Source: the format description
 * of the safetensors project, github.com/huggingface/safetensors, section "Format".
 */
public final class Safetensors {
  private static final int CHUNK_BYTES = 1 << 20;

  private Safetensors() {}

  /**
   * One array.
   *
   * @param name its name, any text but {@code __metadata__}
   * @param shape its extents; none for a single number
   * @param values its elements, last axis contiguous; not copied
   */
  public record Array(String name, List<Integer> shape, float[] values) {
    /** Keeps the shape as it is now. */
    public Array {
      shape = List.copyOf(shape);
    }
  }

  /**
   * What a file holds.
   *
   * @param arrays by name, in the order of the header
   * @param metadata free texts, often none
   */
  public record Contents(
      SequencedMap<String, Array> arrays, SequencedMap<String, String> metadata) {
    /** Makes both maps unmodifiable. */
    public Contents {
      arrays = Collections.unmodifiableSequencedMap(arrays);
      metadata = Collections.unmodifiableSequencedMap(metadata);
    }
  }

  /**
   * Writes a file without metadata, as {@link #write(Path, List, Map)} does.
   *
   * @throws DataException if an array is wrong or the file cannot be written
   */
  public static void write(Path file, List<Array> arrays) {
    write(file, arrays, Map.of());
  }

  /**
   * Writes a file; the same arrays and metadata in the same order give the same bytes. An old file
   * is replaced in one go, once the new one is complete and on disk.
   *
   * @param file where to
   * @param arrays in the order that they get in the file
   * @param metadata free texts for the header; in the order of the map
   * @throws DataException if two names are equal, a shape does not match its values, or the file
   *     cannot be written; an old file is then still there
   */
  public static void write(Path file, List<Array> arrays, Map<String, String> metadata) {
    ByteBuffer header = SafetensorsHeader.of(file, arrays, metadata).encode(file);
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new DataException(
          "%s: is %s and cannot be replaced by a safetensors file; choose another name"
              .formatted(file, Files.isDirectory(file) ? "a folder" : "not a regular file"));
    }
    try {
      WholeFile.write(file, channel -> writeAll(channel, header, arrays));
    } catch (IOException e) {
      throw cannotWrite(file, e);
    }
  }

  private static void writeAll(FileChannel channel, ByteBuffer header, List<Array> arrays)
      throws IOException {
    WholeFile.writeAll(channel, header);
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (Array array : arrays) {
      float[] values = array.values();
      for (int at = 0; at < values.length; at += CHUNK_BYTES / Float.BYTES) {
        int count = Math.min(values.length - at, CHUNK_BYTES / Float.BYTES);
        chunk.clear().limit(count * Float.BYTES);
        chunk.asFloatBuffer().put(values, at, count);
        WholeFile.writeAll(channel, chunk);
      }
    }
  }

  private static DataException cannotWrite(Path file, IOException e) {
    String why =
        switch (e) {
          case NoSuchFileException _ -> "there is no such folder; create it first";
          case AccessDeniedException _ -> "this user may not write into the folder; choose another";
          case ClosedByInterruptException _ -> "the thread was interrupted; save again";
          default -> e.getMessage() + "; check folder and free space";
        };
    return new DataException("%s: cannot be written: %s".formatted(file, why), e);
  }

  /**
   * Reads a file. Nothing in it is believed: length of the header, offsets, shapes and types are
   * compared with each other and with the length of the file before memory is asked for.
   *
   * @throws DataException if it is missing, unreadable, damaged, or holds other types than F32
   */
  public static Contents read(Path file) {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new DataException(
          "%s: is %s, but must be a safetensors file"
              .formatted(file, Files.isDirectory(file) ? "a folder" : "not a regular file"));
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return read(file, channel);
    } catch (NoSuchFileException e) {
      throw new DataException("%s: there is no such file; check the path".formatted(file), e);
    } catch (AccessDeniedException e) {
      throw new DataException(
          "%s: may not be read by this user; check the permissions of file and folder"
              .formatted(file),
          e);
    } catch (IOException e) {
      throw new DataException(
          "%s: reading failed (%s); check the disk".formatted(file, e.getMessage()), e);
    } catch (OutOfMemoryError e) {
      throw new DataException(
          "%s: does not fit into the %d bytes that java may use; raise -Xmx"
              .formatted(file, Runtime.getRuntime().maxMemory()),
          e);
    }
  }

  /** Reads what a channel holds; the file is for messages. */
  static Contents read(Path file, SeekableByteChannel channel) throws IOException {
    long size = channel.size();
    ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    readFully(file, channel, length);
    int headerBytes = SafetensorsHeader.requireLength(file, length.getLong(0), size);
    ByteBuffer text = ByteBuffer.allocate(headerBytes);
    readFully(file, channel, text);
    SafetensorsHeader header = SafetensorsHeader.parse(file, text.array());
    long start = (long) Long.BYTES + headerBytes;
    header.requireFilled(file, size - start);
    SequencedMap<String, Array> arrays = new LinkedHashMap<>();
    int chunkBytes = (int) Math.min(size - start, CHUNK_BYTES);
    ByteBuffer chunk = ByteBuffer.allocateDirect(chunkBytes).order(ByteOrder.LITTLE_ENDIAN);
    for (SafetensorsHeader.Entry entry : header.entries()) {
      channel.position(start + entry.begin());
      float[] values = new float[entry.elements()];
      for (int at = 0; at < values.length; at += CHUNK_BYTES / Float.BYTES) {
        int count = Math.min(values.length - at, CHUNK_BYTES / Float.BYTES);
        readFully(file, channel, chunk.clear().limit(count * Float.BYTES));
        chunk.flip().asFloatBuffer().get(values, at, count);
      }
      arrays.put(entry.name(), new Array(entry.name(), entry.shape(), values));
    }
    return new Contents(arrays, new LinkedHashMap<>(header.metadata()));
  }

  private static void readFully(Path file, SeekableByteChannel channel, ByteBuffer into)
      throws IOException {
    while (into.hasRemaining()) {
      if (channel.read(into) < 0) {
        throw new DataException(
            "%s: is cut off: %d bytes are missing after byte %d; get the file again"
                .formatted(file, into.remaining(), channel.position()));
      }
    }
  }
}
