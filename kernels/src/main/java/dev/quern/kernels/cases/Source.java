package dev.quern.kernels.cases;

import dev.quern.core.DataType;
import dev.quern.kernels.reference.Bounded;
import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a buffer holds before a run. To describe it costs nothing, however large it is; the numbers
 * are made when they are asked for, and kept as long as the run is. For one thread.
 */
final class Source {
  /** What INT32 outputs hold before the run: a number that no op gives. */
  private static final int UNWRITTEN = 0x5A5A5A5A;

  private final DataType type;
  private final long count;
  private @Nullable IntFunction<Values> first;
  private @Nullable Values all;

  /**
   * A source of a sequence, which begins alike however much of it is made.
   *
   * @param first makes the first so many elements
   */
  Source(DataType type, long count, IntFunction<Values> first) {
    this.type = type;
    this.count = count;
    this.first = first;
  }

  /** Numbers that are written down. */
  static Source of(float... values) {
    return new Source(DataType.FLOAT32, values.length, n -> Values.of(values).first(n));
  }

  /** Whole numbers that are written down. */
  static Source of(int... values) {
    return new Source(DataType.INT32, values.length, n -> Values.of(values).first(n));
  }

  /** What a reference computes, rounded to FLOAT32; it can only be had as a whole. */
  static Source computed(long count, Supplier<Bounded> values) {
    return whole(DataType.FLOAT32, count, () -> Values.of(values.get().toFloats()));
  }

  /** What can only be had as a whole. */
  static Source whole(DataType type, long count, Supplier<Values> values) {
    return new Source(type, count, n -> values.get().first(n));
  }

  /** What nobody may read: NaN, or a number that no op gives. */
  static Source unwritten(DataType type, long count) {
    return new Source(
        type,
        count,
        n -> {
          if (type == DataType.INT32) {
            int[] values = new int[n];
            Arrays.fill(values, UNWRITTEN);
            return Values.of(values);
          }
          float[] values = new float[n];
          Arrays.fill(values, Float.NaN);
          return Values.of(values);
        });
  }

  /** What becomes of one FLOAT32 element. */
  @FunctionalInterface
  interface Map {
    float of(int index, float value);
  }

  /** These numbers, each replaced by another. */
  Source each(Map map) {
    return new Source(
        type,
        count,
        n -> {
          float[] from = piece(n).floats();
          float[] to = new float[n];
          for (int i = 0; i < n; i++) {
            to[i] = map.of(i, from[i]);
          }
          return Values.of(to);
        });
  }

  DataType type() {
    return type;
  }

  long count() {
    return count;
  }

  /** The first {@code most} elements, or all if there are no more; not kept. */
  Values piece(long most) {
    int n = Math.toIntExact(Math.min(most, count));
    return first == null ? values().first(n) : first.apply(n);
  }

  /** All elements. */
  Values values() {
    if (all == null) {
      all = piece(count);
      first = null; // and what it was made from can go
    }
    return all;
  }

  /** All elements as numbers. */
  double[] numbers() {
    return values().numbers();
  }

  /** All elements of INT32, not a copy. */
  int[] ints() {
    return values().ints();
  }
}
