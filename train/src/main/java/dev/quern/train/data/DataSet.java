package dev.quern.train.data;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.LongStream;

/**
 * Labelled pictures, or other rows of bytes, in host memory. Immutable by convention: the arrays
 * are not copied.
 */
public final class DataSet {
  private final String name;
  private final byte[] pixels;
  private final int[] labels;
  private final int first;
  private final int count;
  private final int height;
  private final int width;
  private final int channels;
  private final int classes;

  /**
   * A data set over these arrays.
   *
   * @param name for messages
   * @param pixels unsigned bytes [count, height, width, channels]
   * @param labels right classes [count]
   * @param height rows of a picture
   * @param width columns of a picture
   * @param channels channels of a pixel
   * @param classes number of classes; labels are 0 to classes - 1
   * @throws DataException if the counts differ, a size is below 1, or a label is out of range
   */
  public DataSet(
      String name, byte[] pixels, int[] labels, int height, int width, int channels, int classes) {
    this(name, pixels, labels, 0, labels.length, height, width, channels, classes);
    if (height < 1 || width < 1 || channels < 1 || classes < 1) {
      throw new DataException(
          "%s: height, width, channels and classes must be at least 1, but are %d, %d, %d and %d"
              .formatted(name, height, width, channels, classes));
    }
    BigInteger bytes =
        LongStream.of(labels.length, height, width, channels)
            .mapToObj(BigInteger::valueOf)
            .reduce(BigInteger.ONE, BigInteger::multiply);
    if (!bytes.equals(BigInteger.valueOf(pixels.length))) {
      throw new DataException(
          "%s: %d labels of %d x %d x %d pictures need %d bytes, but there are %d"
              .formatted(name, labels.length, height, width, channels, bytes, pixels.length));
    }
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= classes) {
        throw new DataException(
            "%s: labels must be 0 to %d, but label %d is %d"
                .formatted(name, classes - 1, i, labels[i]));
      }
    }
  }

  private DataSet(
      String name,
      byte[] pixels,
      int[] labels,
      int first,
      int count,
      int height,
      int width,
      int channels,
      int classes) {
    this.name = name;
    this.pixels = pixels;
    this.labels = labels;
    this.first = first;
    this.count = count;
    this.height = height;
    this.width = width;
    this.channels = channels;
    this.classes = classes;
  }

  /**
   * Rows {@code from} (inclusive) to {@code to} (exclusive), without copying.
   *
   * @throws DataException if there are no such rows
   */
  public DataSet subset(int from, int to) {
    if (from < 0 || to < from || to > count) {
      throw new DataException(
          "%s: rows %d to %d are not inside its %d rows".formatted(name, from, to, count));
    }
    return new DataSet(
        name, pixels, labels, first + from, to - from, height, width, channels, classes);
  }

  /** What messages call it. */
  public String name() {
    return name;
  }

  /** Number of rows. */
  public int count() {
    return count;
  }

  /** Bytes of a row. */
  public int elements() {
    return height * width * channels;
  }

  /** Rows of a picture. */
  public int height() {
    return height;
  }

  /** Columns of a picture. */
  public int width() {
    return width;
  }

  /** Channels of a pixel. */
  public int channels() {
    return channels;
  }

  /** Number of classes. */
  public int classes() {
    return classes;
  }

  /**
   * The right class of a row.
   *
   * @throws IndexOutOfBoundsException if there is no such row
   */
  public int label(int row) {
    return labels[first + Objects.checkIndex(row, count)];
  }

  /** The right classes of all rows, copied. */
  public int[] labels() {
    return Arrays.copyOfRange(labels, first, first + count);
  }

  /**
   * The bytes of rows {@code fromRow} (inclusive) to {@code toRow} (exclusive), copied.
   *
   * @throws IndexOutOfBoundsException if there are no such rows
   */
  public byte[] pixels(int fromRow, int toRow) {
    Objects.checkFromToIndex(fromRow, toRow, count);
    int elements = elements();
    return Arrays.copyOfRange(pixels, (first + fromRow) * elements, (first + toRow) * elements);
  }
}
