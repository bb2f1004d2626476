package dev.quern.train.data;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * One gzip member that fills a whole file (RFC 1952), unpacked straight from the file's bytes into
 * the array of the caller. {@link java.util.zip.GZIPInputStream} would copy everything twice.
 */
final class GzipMember implements AutoCloseable {
  /** Deflate packs no tighter than this: 258 bytes in two bits (zlib, "Technical Details"). */
  static final int MOST_BYTES_PER_PACKED_BYTE = 1032;

  private static final int TRAILER = 8;
  private static final int HEADER_CHECKSUM = 2;
  private static final int EXTRA_FIELD = 4;
  private static final int FILE_NAME = 8;
  private static final int COMMENT = 16;
  private static final int RESERVED = 0xe0;

  private final Path path;
  private final byte[] file;
  private final Inflater inflater;
  private final CRC32 checksum = new CRC32();

  /**
   * Reads the member's header.
   *
   * @throws DataException if there is no whole header
   */
  GzipMember(Path path, byte[] file) {
    this.path = path;
    this.file = file;
    int start = headerBytes();
    inflater = new Inflater(true);
    inflater.setInput(file, start, file.length - start);
  }

  /** Whether these are the first two bytes of a gzip file. */
  static boolean begins(byte[] head) {
    return head.length >= 2 && head[0] == 0x1f && head[1] == (byte) 0x8b;
  }

  /**
   * Unpacks the next bytes, at most as many as fit.
   *
   * @return how many there were; fewer than asked for only at the end of the data
   * @throws DataException if the data is cut off or damaged
   */
  int read(byte[] into, int from, int to) {
    int at = from;
    try {
      while (at < to && !inflater.finished()) {
        int got = inflater.inflate(into, at, to - at);
        if (got == 0 && !inflater.finished()) {
          requireMoreInput();
        }
        at += got;
      }
    } catch (DataFormatException e) {
      throw new DataException(
          "%s: the gzip data is damaged after %d unpacked bytes (%s); get the file again"
              .formatted(path, inflater.getBytesWritten(), e.getMessage()),
          e);
    }
    checksum.update(into, from, at - from);
    return at - from;
  }

  /**
   * Unpacks a few bytes.
   *
   * @return as many, or fewer at the end of the data
   * @throws DataException if the data is cut off or damaged
   */
  byte[] next(int bytes) {
    byte[] into = new byte[bytes];
    return Arrays.copyOf(into, read(into, 0, bytes));
  }

  /**
   * Checks that the data ends here, and its checksum and length.
   *
   * @throws DataException if anything else comes, or a sum differs
   */
  void finish() {
    if (read(new byte[1], 0, 1) != 0) {
      throw new DataException(
          "%s: unpacks to more than the %d bytes that its header declares; get the file again"
              .formatted(path, inflater.getBytesWritten() - 1));
    }
    int trailer = file.length - inflater.getRemaining();
    if (inflater.getRemaining() < TRAILER) {
      throw cutOff();
    }
    if (inflater.getRemaining() > TRAILER) {
      throw new DataException(
          "%s: %d bytes follow the end of the gzip data, and files of several parts are not read;"
                  .formatted(path, inflater.getRemaining() - TRAILER)
              + " unpack it with gzip -d and use the plain file");
    }
    long crc = littleEndian(trailer);
    long length = littleEndian(trailer + 4);
    if (crc != checksum.getValue() || length != (inflater.getBytesWritten() & 0xffffffffL)) {
      throw new DataException(
          ("%s: gzip promises %d bytes with checksum %08x, but they are %d with %08x;"
                  + " get the file again")
              .formatted(path, length, crc, inflater.getBytesWritten(), checksum.getValue()));
    }
  }

  @Override
  public void close() {
    inflater.end();
  }

  private void requireMoreInput() {
    if (inflater.needsDictionary()) {
      throw damagedHeader("asks for a preset dictionary, which gzip does not have");
    }
    throw cutOff();
  }

  private DataException cutOff() {
    return new DataException(
        "%s: the gzip file is cut off: its %d bytes unpack to %d and then end; get the file again"
            .formatted(path, file.length, inflater.getBytesWritten()));
  }

  private DataException damagedHeader(String what) {
    return new DataException("%s: the gzip header %s; get the file again".formatted(path, what));
  }

  /** RFC 1952, section 2.3. */
  private int headerBytes() {
    if (file.length < 10 + TRAILER) {
      throw damagedHeader("needs 18 bytes, but the file has %d".formatted(file.length));
    }
    int flags = file[3] & 0xff;
    if (file[2] != 8 || (flags & RESERVED) != 0) {
      throw damagedHeader(
          "must say method 8 and no reserved flags, but says method %d and flags 0x%02x"
              .formatted(file[2] & 0xff, flags));
    }
    int at = 10;
    if ((flags & EXTRA_FIELD) != 0) {
      at += 2 + (file[at] & 0xff) + ((file[at + 1] & 0xff) << 8);
    }
    if ((flags & FILE_NAME) != 0) {
      at = afterZero(at);
    }
    if ((flags & COMMENT) != 0) {
      at = afterZero(at);
    }
    if ((flags & HEADER_CHECKSUM) != 0) {
      at += 2;
    }
    if (at > file.length - TRAILER) {
      throw damagedHeader("does not end within the %d bytes of the file".formatted(file.length));
    }
    return at;
  }

  private int afterZero(int from) {
    int at = from;
    while (at < file.length && file[at] != 0) {
      at++;
    }
    return at + 1;
  }

  private long littleEndian(int at) {
    long value = 0;
    for (byte b : Arrays.copyOfRange(file, at, at + 4)) {
      value = value >>> 8 | (b & 0xffL) << 24;
    }
    return value;
  }
}
