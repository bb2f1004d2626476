package dev.quern.train.data;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * What a network gets to see, without what it should answer: pictures of bytes, which become 0 to
 * 1, or rows of numbers, which stay what they are. {@link DataSet#pictures} and {@link
 * DataSet#features} make them; {@link #labelled} and {@link #withTargets} make a data set of them.
 * The arrays are not copied.
 */
public final class Samples {
  private final String name;
  private final byte @Nullable [] bytes;
  private final float @Nullable [] numbers;
  private final int height;
  private final int width;
  private final int channels;

  Samples(
      String name,
      byte @Nullable [] bytes,
      float @Nullable [] numbers,
      int height,
      int width,
      int channels) {
    this.name = name;
    this.bytes = bytes;
    this.numbers = numbers;
    this.height = height;
    this.width = width;
    this.channels = channels;
    if (numbers != null) {
      requireFinite(name, "value", numbers, Math.max(1, height * width * channels));
    }
  }

  /**
   * A data set with one right class a row.
   *
   * @param labels right classes
   * @param classes number of classes; labels are 0 to classes - 1
   * @throws DataException if the counts differ, a size is below 1, or a label is out of range
   */
  public DataSet labelled(int[] labels, int classes) {
    if (height < 1 || width < 1 || channels < 1 || classes < 1) {
      throw new DataException(
          "%s: height, width, channels and classes must be at least 1, but are %d, %d, %d and %d"
              .formatted(name, height, width, channels, classes));
    }
    requireRows(labels.length, "labels");
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= classes) {
        throw new DataException(
            "%s: labels must be 0 to %d, but that of row %d is %d"
                .formatted(name, classes - 1, i, labels[i]));
      }
    }
    return new DataSet(name, this, new Answers.Labels(labels, classes), 0, labels.length);
  }

  /** A data set with one right class a row, of as many classes as the largest label asks for. */
  public DataSet labelled(int[] labels) {
    return labelled(labels, 1 + Math.max(0, Arrays.stream(labels).max().orElse(0)));
  }

  /**
   * A data set with numbers to come near to: what is to be predicted, or for each of several labels
   * 0 or 1.
   *
   * @param targets numbers, row after row
   * @param elements numbers of a row
   * @throws DataException if the counts differ, a size is below 1, or a number is not finite
   */
  public DataSet withTargets(float[] targets, int elements) {
    if (height < 1 || width < 1 || channels < 1 || elements < 1) {
      throw new DataException(
          "%s: height, width, channels and numbers of a target must be at least 1, but are %d, %d, %d and %d"
              .formatted(name, height, width, channels, elements));
    }
    if (targets.length % elements != 0) {
      throw new DataException(
          "%s: targets of %d numbers each must be whole rows, but there are %d numbers"
              .formatted(name, elements, targets.length));
    }
    requireFinite(name, "target", targets, elements);
    int count = targets.length / elements;
    requireRows(count, "targets");
    return new DataSet(name, this, new Answers.Numbers(targets, elements), 0, count);
  }

  /** A data set with a row of numbers to come near to for each row. */
  public DataSet withTargets(float[][] targets) {
    return withTargets(flat(name, "target", targets), targets.length == 0 ? 1 : targets[0].length);
  }

  private void requireRows(int rows, String what) {
    BigInteger needed =
        LongStream.of(rows, height, width, channels)
            .mapToObj(BigInteger::valueOf)
            .reduce(BigInteger.ONE, BigInteger::multiply);
    if (!needed.equals(BigInteger.valueOf(present()))) {
      throw new DataException(
          "%s: %d %s of %d x %d x %d %s need %d %s, but there are %d"
              .formatted(
                  name,
                  rows,
                  what,
                  height,
                  width,
                  channels,
                  bytes != null ? "pictures" : "samples",
                  needed,
                  unit(),
                  present()));
    }
  }

  private static void requireFinite(String name, String what, float[] values, int rowLength) {
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new DataException(
            "%s: numbers must be finite, but %s %d of row %d is %s"
                .formatted(name, what, i % rowLength, i / rowLength, values[i]));
      }
    }
  }

  /** Rows of equal length one behind the other. */
  static float[] flat(String name, String what, float[][] rows) {
    int length = rows.length == 0 ? 0 : rows[0].length;
    if ((long) rows.length * length > Integer.MAX_VALUE - 8) {
      throw new DataException(
          "%s: %d rows of %d numbers are more than an array holds; split them"
              .formatted(name, rows.length, length));
    }
    float[] all = new float[rows.length * length];
    for (int i = 0; i < rows.length; i++) {
      if (rows[i].length != length) {
        throw new DataException(
            "%s: rows must be of one length, but %s row 0 has %d numbers and row %d has %d"
                .formatted(name, what, length, i, rows[i].length));
      }
      System.arraycopy(rows[i], 0, all, i * length, length);
    }
    return all;
  }

  /**
   * Number of rows.
   *
   * @throws DataException if a size is below 1, or the last row is not whole
   */
  public int count() {
    if (height < 1 || width < 1 || channels < 1) {
      throw new DataException(
          "%s: height, width and channels must be at least 1, but are %d, %d and %d"
              .formatted(name, height, width, channels));
    }
    long row = (long) height * width * channels;
    int present = present();
    if (present % row != 0) {
      throw new DataException(
          "%s: rows of %d x %d x %d must be whole, but there are %d %s"
              .formatted(name, height, width, channels, present, unit()));
    }
    return (int) (present / row);
  }

  private int present() {
    return bytes != null ? bytes.length : Objects.requireNonNull(numbers).length;
  }

  private String unit() {
    return bytes != null ? "bytes" : "numbers";
  }

  int height() {
    return height;
  }

  int width() {
    return width;
  }

  int channels() {
    return channels;
  }

  int elements() {
    return height * width * channels;
  }

  boolean arePictures() {
    return bytes != null;
  }

  byte[] bytes(int fromRow, int toRow) {
    if (bytes == null) {
      throw new DataException(
          "%s: holds numbers and no bytes; ask for its features".formatted(name));
    }
    return Arrays.copyOfRange(bytes, fromRow * elements(), toRow * elements());
  }

  float[] features(int fromRow, int toRow) {
    int from = fromRow * elements();
    int to = toRow * elements();
    if (numbers != null) {
      return Arrays.copyOfRange(numbers, from, to);
    }
    byte[] pixels = Objects.requireNonNull(bytes);
    float[] scaled = new float[to - from];
    IntStream.range(0, scaled.length)
        .forEach(i -> scaled[i] = Byte.toUnsignedInt(pixels[from + i]) * (1 / 255f));
    return scaled;
  }
}
