package dev.quern.train.data;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/** What the first words of an IDX file declare, each number plausible by itself. */
record IdxHeader(int magic, int count, int height, int width) {
  /** Larger pictures are taken for a damaged header. */
  private static final int LARGEST_SIDE = 65_535;

  /** Length of the header of such a file. */
  static int bytes(int magic) {
    return magic == IdxFile.IMAGES ? 16 : 8;
  }

  /**
   * Reads a header.
   *
   * @param head the first bytes of the file, or all, if it has fewer than a header
   * @throws DataException if a word is missing, wrong or implausible
   */
  static IdxHeader parse(Path path, int magic, byte[] head) {
    ByteBuffer words = ByteBuffer.wrap(head);
    requireMagic(path, magic, words);
    if (head.length < bytes(magic)) {
      throw new DataException(
          "%s: the header needs %d bytes, but the file has %d; get the file again"
              .formatted(path, bytes(magic), head.length));
    }
    int count = words.getInt();
    if (count < 1) {
      throw new DataException(
          "%s: the header must declare 1 to %d %s, but declares %d; get the file again"
              .formatted(path, Integer.MAX_VALUE, noun(magic), Integer.toUnsignedLong(count)));
    }
    return magic == IdxFile.IMAGES
        ? new IdxHeader(
            magic, count, side(path, "rows", words.getInt()), side(path, "columns", words.getInt()))
        : new IdxHeader(magic, count, 1, 1);
  }

  /** Bytes after the header: at most 2^63, since no side takes more than 16 bits. */
  long elements() {
    return (long) count * height * width;
  }

  /** The numbers, for messages. */
  String describe() {
    return magic == IdxFile.IMAGES
        ? "%d pictures of %d x %d".formatted(count, height, width)
        : "%d labels".formatted(count);
  }

  private static void requireMagic(Path path, int magic, ByteBuffer words) {
    if (words.remaining() < Integer.BYTES) {
      throw new DataException(
          "%s: the header needs %d bytes, but the file has %d; get the file again"
              .formatted(path, bytes(magic), words.remaining()));
    }
    int found = words.getInt();
    if (found != magic) {
      throw new DataException(
          "%s: IDX %s begin with 0x%08x, but this file begins with 0x%08x%s"
              .formatted(path, noun(magic), magic, found, advice(magic, found)));
    }
  }

  private static String advice(int magic, int found) {
    if (found != IdxFile.IMAGES && found != IdxFile.LABELS) {
      return "; it is not such a file, check the path";
    }
    return "; it holds %s, pass the file of %s".formatted(noun(found), noun(magic));
  }

  private static int side(Path path, String what, int value) {
    if (value < 1 || value > LARGEST_SIDE) {
      throw new DataException(
          "%s: pictures must have 1 to %d %s, but the header declares %d; get the file again"
              .formatted(path, LARGEST_SIDE, what, Integer.toUnsignedLong(value)));
    }
    return value;
  }

  private static String noun(int magic) {
    return magic == IdxFile.IMAGES ? "pictures" : "labels";
  }
}
