package dev.quern.train.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * What the first words of an IDX file declare, each number plausible by itself.
 *
 * @param magic type of the elements and number of axes
 * @param count pictures or labels
 * @param height rows of a picture, or 1
 * @param width columns of a picture, or 1
 * @param channels channels of a pixel, or 1
 */
record IdxHeader(int magic, int count, int height, int width, int channels) {
  /** Unsigned bytes (8) in one dimension (1). */
  static final int LABELS = 0x00000801;

  /** Unsigned bytes (8) in three dimensions (3). */
  static final int IMAGES = 0x00000803;

  /** Unsigned bytes (8) in four dimensions (4): pictures whose pixels have channels. */
  static final int IMAGES_WITH_CHANNELS = 0x00000804;

  /** Length of the magic number. */
  static final int MAGIC_BYTES = Integer.BYTES;

  /** Larger pictures are taken for a damaged header. */
  private static final int LARGEST_SIDE = 65_535;

  private static final int MOST_CHANNELS = 255;

  /** Where the words after the magic number come from. */
  interface Source {
    /** The next bytes; fewer only at the end of the file. */
    byte[] next(int bytes) throws IOException;
  }

  /**
   * Reads a header.
   *
   * @param images whether pictures are asked for, and not labels
   * @param first the first four bytes of the file, or all that there are
   * @param rest the bytes after these
   * @throws DataException if a word is missing, wrong or implausible
   * @throws IOException if {@code rest} throws it
   */
  static IdxHeader parse(Path path, boolean images, byte[] first, Source rest) throws IOException {
    requireWords(path, 1, first.length);
    int magic = ByteBuffer.wrap(first).getInt();
    requireMagic(path, images, magic);
    int axes = magic & 0xff;
    byte[] words = rest.next(axes * Integer.BYTES);
    requireWords(path, 1 + axes, MAGIC_BYTES + words.length);
    ByteBuffer extents = ByteBuffer.wrap(words);
    int count = extents.getInt();
    if (count < 1) {
      throw new DataException(
          "%s: the header must declare 1 to %d %s, but declares %d; get the file again"
              .formatted(path, Integer.MAX_VALUE, noun(images), Integer.toUnsignedLong(count)));
    }
    return new IdxHeader(
        magic,
        count,
        axes > 1 ? extent(path, "rows", LARGEST_SIDE, extents.getInt()) : 1,
        axes > 2 ? extent(path, "columns", LARGEST_SIDE, extents.getInt()) : 1,
        axes > 3 ? extent(path, "channels", MOST_CHANNELS, extents.getInt()) : 1);
  }

  /** Length of the header. */
  int bytes() {
    return MAGIC_BYTES + (magic & 0xff) * Integer.BYTES;
  }

  /** Bytes after the header, or the largest long if there are more. */
  long elements() {
    // 2^31 rows of 2^32 pixels still fit; channels may not.
    long pixels = (long) count * height * width;
    return pixels > Long.MAX_VALUE / channels ? Long.MAX_VALUE : pixels * channels;
  }

  /** The numbers, for messages. */
  String describe() {
    return switch (magic) {
      case LABELS -> "%d labels".formatted(count);
      case IMAGES -> "%d pictures of %d x %d".formatted(count, height, width);
      default -> "%d pictures of %d x %d x %d".formatted(count, height, width, channels);
    };
  }

  private static void requireWords(Path path, int words, int present) {
    if (present < words * Integer.BYTES) {
      throw new DataException(
          "%s: the header needs %d bytes, but the file has %d; get the file again"
              .formatted(path, words * Integer.BYTES, present));
    }
  }

  private static void requireMagic(Path path, boolean images, int found) {
    boolean foundImages = found == IMAGES || found == IMAGES_WITH_CHANNELS;
    if (images ? foundImages : found == LABELS) {
      return;
    }
    throw new DataException(
        "%s: IDX %s begin with 0x%08x, but this file begins with 0x%08x; %s"
            .formatted(
                path,
                noun(images),
                images ? IMAGES : LABELS,
                found,
                foundImages || found == LABELS
                    ? "it holds %s, pass the file of %s".formatted(noun(!images), noun(images))
                    : "it is not such a file, check the path"));
  }

  private static int extent(Path path, String what, int most, int value) {
    if (value < 1 || value > most) {
      throw new DataException(
          "%s: pictures must have 1 to %d %s, but the header declares %d; get the file again"
              .formatted(path, most, what, Integer.toUnsignedLong(value)));
    }
    return value;
  }

  private static String noun(boolean images) {
    return images ? "pictures" : "labels";
  }
}
