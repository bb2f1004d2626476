package dev.quern.train.data;

import java.util.Arrays;
import java.util.Objects;

/**
 * Rows to learn from, with what is right about each, in host memory: pictures or other numbers,
 * each with one right class or with numbers to come near to. Immutable by convention: the arrays
 * are not copied.
 *
 * <pre>
 * DataSet.pictures("shapes", pixels, 32, 32, 3).labelled(labels, 10)
 * DataSet.features("houses", rows).withTargets(prices, 1)
 * </pre>
 */
public final class DataSet {
  private final String name;
  private final Samples samples;
  private final Answers answers;
  private final int first;
  private final int count;

  /**
   * Labelled pictures: {@code pictures(name, pixels, height, width, channels).labelled(labels,
   * classes)}.
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
    this(pictures(name, pixels, height, width, channels).labelled(labels, classes));
  }

  private DataSet(DataSet same) {
    this(same.name, same.samples, same.answers, same.first, same.count);
  }

  DataSet(String name, Samples samples, Answers answers, int first, int count) {
    this.name = name;
    this.samples = samples;
    this.answers = answers;
    this.first = first;
    this.count = count;
  }

  /**
   * Pictures; a network gets their bytes as numbers from 0 to 1.
   *
   * @param name for messages
   * @param pixels unsigned bytes [count, height, width, channels]
   * @param height rows of a picture
   * @param width columns of a picture
   * @param channels channels of a pixel, 1 for gray, 3 for colours
   */
  public static Samples pictures(String name, byte[] pixels, int height, int width, int channels) {
    return new Samples(name, pixels, null, height, width, channels);
  }

  /**
   * Rows of numbers, which a network gets as they are.
   *
   * @param rows the rows, of one length
   * @throws DataException if lengths differ or a number is not finite
   */
  public static Samples features(String name, float[][] rows) {
    int elements = rows.length == 0 ? 1 : rows[0].length;
    return features(name, Samples.flat(name, "feature", rows), 1, 1, elements);
  }

  /**
   * Numbers in the shape of pictures, which a network gets as they are.
   *
   * @param values numbers [count, height, width, channels]
   * @throws DataException if a number is not finite
   */
  public static Samples features(String name, float[] values, int height, int width, int channels) {
    return new Samples(name, null, values, height, width, channels);
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
    return new DataSet(name, samples, answers, first + from, to - from);
  }

  /**
   * Sets the last rows aside to judge by, as Keras's {@code validation_split} does. Rows that are
   * in order of class want shuffling first.
   *
   * @param share share of rows for validation, more than 0 and less than 1
   * @throws DataException if a part would be empty
   */
  public Split split(double share) {
    int train = (int) Math.floor(count * (1 - share));
    if (!(share > 0 && share < 1) || train < 1 || train >= count) {
      throw new DataException(
          "%s: a share of %s for validation must leave rows in both parts, but there are %d rows"
              .formatted(name, share, count));
    }
    return new Split(subset(0, train), subset(train, count));
  }

  /** What messages call it. */
  public String name() {
    return name;
  }

  /** Number of rows. */
  public int count() {
    return count;
  }

  /** Numbers of a row. */
  public int elements() {
    return samples.elements();
  }

  /** Rows of a picture; 1 for rows of numbers. */
  public int height() {
    return samples.height();
  }

  /** Columns of a picture; 1 for rows of numbers. */
  public int width() {
    return samples.width();
  }

  /** Channels of a pixel, or numbers of a row. */
  public int channels() {
    return samples.channels();
  }

  /** Whether rows are pictures of bytes, and not numbers as they are. */
  public boolean arePictures() {
    return samples.arePictures();
  }

  /** Whether each row has one right class, and not numbers to come near to. */
  public boolean isLabelled() {
    return answers instanceof Answers.Labels;
  }

  /**
   * Number of classes.
   *
   * @throws DataException if rows have no labels
   */
  public int classes() {
    return labelling().classes();
  }

  /** Numbers to come near to, a row; 0 if rows have labels. */
  public int targetElements() {
    return answers instanceof Answers.Numbers numbers ? numbers.elements() : 0;
  }

  /**
   * The right class of a row.
   *
   * @throws IndexOutOfBoundsException if there is no such row
   * @throws DataException if rows have no labels
   */
  public int label(int row) {
    return labelling().labels()[first + Objects.checkIndex(row, count)];
  }

  /**
   * The right classes of all rows, copied.
   *
   * @throws DataException if rows have no labels
   */
  public int[] labels() {
    return Arrays.copyOfRange(labelling().labels(), first, first + count);
  }

  private Answers.Labels labelling() {
    if (answers instanceof Answers.Labels labels) {
      return labels;
    }
    throw new DataException(
        "%s: has no labels, but %d numbers a row to come near to"
            .formatted(name, targetElements()));
  }

  /**
   * The numbers to come near to of rows {@code fromRow} (inclusive) to {@code toRow} (exclusive),
   * copied.
   *
   * @throws IndexOutOfBoundsException if there are no such rows
   * @throws DataException if rows have labels instead
   */
  public float[] targets(int fromRow, int toRow) {
    Objects.checkFromToIndex(fromRow, toRow, count);
    if (answers instanceof Answers.Numbers numbers) {
      int elements = numbers.elements();
      return Arrays.copyOfRange(
          numbers.targets(), (first + fromRow) * elements, (first + toRow) * elements);
    }
    throw new DataException("%s: has labels, and no numbers to come near to".formatted(name));
  }

  /**
   * The bytes of rows {@code fromRow} (inclusive) to {@code toRow} (exclusive), copied.
   *
   * @throws IndexOutOfBoundsException if there are no such rows
   * @throws DataException if rows are numbers and not pictures
   */
  public byte[] pixels(int fromRow, int toRow) {
    Objects.checkFromToIndex(fromRow, toRow, count);
    return samples.bytes(first + fromRow, first + toRow);
  }

  /**
   * The numbers that a network gets for rows {@code fromRow} (inclusive) to {@code toRow}
   * (exclusive), copied; those of pictures are 0 to 1.
   *
   * @throws IndexOutOfBoundsException if there are no such rows
   */
  public float[] features(int fromRow, int toRow) {
    Objects.checkFromToIndex(fromRow, toRow, count);
    return samples.features(first + fromRow, first + toRow);
  }
}
