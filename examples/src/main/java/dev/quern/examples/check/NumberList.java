package dev.quern.examples.check;

import java.util.Arrays;

/** A growing list of numbers, held as double as in {@link Tensor}. */
final class NumberList {
  private double[] values = new double[8];
  private int count;

  void add(double value) {
    if (count == values.length) {
      values = Arrays.copyOf(values, 2 * count);
    }
    values[count++] = value;
  }

  int count() {
    return count;
  }

  /** The numbers, copied. */
  double[] toArray() {
    return Arrays.copyOf(values, count);
  }
}
