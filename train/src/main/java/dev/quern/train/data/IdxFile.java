package dev.quern.train.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * One IDX file of unsigned bytes, as MNIST comes in: pictures or labels, plain or packed with gzip,
 * which the first two bytes tell, not the name. Header words are big-endian 32-bit integers: magic
 * number, count and, for pictures, rows, columns and perhaps channels. Nothing in a header is
 * believed before it has been compared with the bytes that are there. Source: Y. LeCun, C. Cortes,
 * C. Burges, "The MNIST database", section "File formats".
 */
public final class IdxFile {
  private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

  private final Path path;
  private final IdxHeader header;
  private final byte[] values;

  private IdxFile(Path path, IdxHeader header, byte[] values) {
    this.path = path;
    this.header = header;
    this.values = values;
  }

  /**
   * Reads pictures.
   *
   * @throws DataException if the file is missing, unreadable, cut off, damaged, or not pictures
   */
  public static IdxFile images(Path path) {
    return read(path, true);
  }

  /**
   * Reads labels.
   *
   * @throws DataException if the file is missing, unreadable, cut off, damaged, or not labels
   */
  public static IdxFile labels(Path path) {
    return read(path, false);
  }

  /** Where it was read from. */
  public Path path() {
    return path;
  }

  /** Number of pictures or labels, at least 1. */
  public int count() {
    return header.count();
  }

  /** Rows of a picture; 1 for labels. */
  public int height() {
    return header.height();
  }

  /** Columns of a picture; 1 for labels. */
  public int width() {
    return header.width();
  }

  /** Channels of a pixel; 1 for labels and for most pictures. */
  public int channels() {
    return header.channels();
  }

  /** The unsigned bytes, [count, height, width, channels], not copied. */
  public byte[] values() {
    return values;
  }

  private static IdxFile read(Path path, boolean images) {
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new DataException(
          "%s: is %s, but must be an IDX file"
              .formatted(path, Files.isDirectory(path) ? "a folder" : "not a regular file"));
    }
    try (InputStream in = Files.newInputStream(path)) {
      byte[] head = in.readNBytes(IdxHeader.MAGIC_BYTES);
      return GzipMember.begins(head)
          ? unpacked(path, images, packed(path, head, in))
          : plain(path, images, head, in);
    } catch (NoSuchFileException e) {
      throw new DataException("%s: there is no such file; check the path".formatted(path), e);
    } catch (AccessDeniedException e) {
      throw new DataException(
          "%s: may not be read by this user; check the permissions of file and folder"
              .formatted(path),
          e);
    } catch (IOException e) {
      throw new DataException(
          "%s: reading failed (%s); check the disk".formatted(path, e.getMessage()), e);
    }
  }

  private static IdxFile plain(Path path, boolean images, byte[] head, InputStream in)
      throws IOException {
    IdxHeader header = IdxHeader.parse(path, images, head, in::readNBytes);
    long present = Files.size(path) - header.bytes();
    if (present != header.elements()) {
      throw new DataException(
          "%s: %s need %d bytes after the header, but there are %d; the file is %s, get it again"
              .formatted(
                  path,
                  header.describe(),
                  header.elements(),
                  present,
                  present < header.elements() ? "cut off" : "too long"));
    }
    byte[] values = allocate(path, header.elements());
    int got = in.readNBytes(values, 0, values.length);
    if (got != values.length) {
      throw new DataException(
          "%s: shrank to %d of %d bytes while it was read; read it again once it is complete"
              .formatted(path, got, values.length));
    }
    return new IdxFile(path, header, values);
  }

  private static byte[] packed(Path path, byte[] head, InputStream in) throws IOException {
    byte[] file = allocate(path, Math.max(head.length, Files.size(path)));
    ByteBuffer.wrap(file).put(head);
    int got = head.length + in.readNBytes(file, head.length, file.length - head.length);
    return got == file.length ? file : Arrays.copyOf(file, got);
  }

  private static IdxFile unpacked(Path path, boolean images, byte[] file) throws IOException {
    try (GzipMember gzip = new GzipMember(path, file)) {
      byte[] head = gzip.next(IdxHeader.MAGIC_BYTES);
      IdxHeader header = IdxHeader.parse(path, images, head, gzip::next);
      long most = (long) file.length * GzipMember.MOST_BYTES_PER_PACKED_BYTE;
      if (header.elements() > most) {
        throw new DataException(
            "%s: %s need %d bytes, but a gzip file of %d bytes holds at most %d; get the file again"
                .formatted(path, header.describe(), header.elements(), file.length, most));
      }
      byte[] values = unpack(path, header, gzip, file.length);
      gzip.finish();
      return new IdxFile(path, header, values);
    }
  }

  /**
   * A lying header must not cost its lie in memory, so the array starts at 16 times the packed size
   * and doubles as data comes. MNIST unpacks to 5 times its size: one allocation, no copy.
   */
  private static byte[] unpack(Path path, IdxHeader header, GzipMember gzip, int packedBytes) {
    long wanted = header.elements();
    byte[] values = allocate(path, Math.min(wanted, 16L * packedBytes));
    int at = 0;
    while (true) {
      at += gzip.read(values, at, values.length);
      if (at < values.length) {
        throw new DataException(
            "%s: %s need %d bytes, but the file unpacks to %d; it is cut off, get it again"
                .formatted(path, header.describe(), wanted, at));
      }
      if (at == wanted) {
        return values;
      }
      byte[] larger = allocate(path, Math.min(wanted, 2L * at));
      System.arraycopy(values, 0, larger, 0, at);
      values = larger;
    }
  }

  private static byte[] allocate(Path path, long bytes) {
    if (bytes > LARGEST_ARRAY) {
      throw new DataException(
          "%s: holds %d bytes, but at most %d are read; split the file"
              .formatted(path, bytes, LARGEST_ARRAY));
    }
    try {
      return new byte[(int) bytes];
    } catch (OutOfMemoryError e) {
      throw new DataException(
          "%s: reading takes %d bytes of memory, but java may use %d in all; raise -Xmx"
              .formatted(path, bytes, Runtime.getRuntime().maxMemory()),
          e);
    }
  }
}
