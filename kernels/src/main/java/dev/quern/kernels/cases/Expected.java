package dev.quern.kernels.cases;

import dev.quern.core.DataType;
import dev.quern.kernels.Precision;
import dev.quern.kernels.reference.Bounded;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What an output must hold after a run, and how far from it the output may be. */
public final class Expected {
  /** Sums of absolute values below this are exact in float32, whatever the order. */
  private static final double EXACT_BELOW = 0x1p24;

  private final DataType type;
  private final Bounded values;
  private final double epsilon;
  private final boolean exact;

  private Expected(DataType type, Bounded values, double epsilon, boolean exact) {
    this.type = type;
    this.values = values;
    this.epsilon = epsilon;
    this.exact = exact;
  }

  /** Numbers computed in float32. */
  static Expected rounded(Bounded values) {
    return rounded(values, Precision.FP32);
  }

  /** Numbers computed with products of this precision. */
  static Expected rounded(Bounded values, Precision precision) {
    return new Expected(DataType.FLOAT32, values, precision.epsilon(), false);
  }

  /**
   * Results of a linear op: exact if its inputs were whole numbers and no sum grew too large.
   *
   * @param whole whether all inputs and factors were whole numbers
   */
  static Expected linear(Bounded values, Precision precision, boolean whole) {
    boolean exact = whole;
    for (int i = 0; i < values.count(); i++) {
      exact &= values.magnitude(i) < EXACT_BELOW;
    }
    return new Expected(DataType.FLOAT32, values, precision.epsilon(), exact);
  }

  /** Numbers that must come out as they are. */
  static Expected exactly(int... values) {
    Bounded bounded = new Bounded(values.length, 1);
    for (int i = 0; i < values.length; i++) {
      bounded.set(i, values[i]);
    }
    return new Expected(DataType.INT32, bounded, 0, true);
  }

  /** The exact values with their magnitudes. */
  public Bounded values() {
    return values;
  }

  /** Whether no rounding is allowed at all. */
  public boolean exact() {
    return exact;
  }

  /**
   * How far an element may be off.
   *
   * @param rearranged whether the implementation computes sums by another formula that is not exact
   *     on whole numbers, such as Winograd's or a Fourier transform
   */
  public double allowed(int index, boolean rearranged) {
    boolean strict = exact && (type == DataType.INT32 || !rearranged);
    return strict ? 0 : values.allowed(index, epsilon);
  }

  /**
   * Compares an output with what it must hold.
   *
   * @param rearranged see {@link #allowed}
   * @return one sentence about what is wrong, or null if nothing is
   */
  public @Nullable String mismatch(Values actual, boolean rearranged) {
    int wrong = 0;
    int worst = -1;
    double worstExcess = 0;
    for (int i = 0; i < values.count(); i++) {
      double excess = excess(actual.number(i), i, rearranged);
      if (excess > 1) {
        wrong++;
        if (excess > worstExcess) {
          worst = i;
          worstExcess = excess;
        }
      }
    }
    if (wrong > 0) {
      return String.format(
          Locale.ROOT,
          "%d of %d elements are wrong; the worst is element %d, which is %s and must be %s"
              + " within %.3g",
          wrong,
          values.count(),
          worst,
          actual.number(worst),
          values.value(worst),
          allowed(worst, rearranged));
    }
    return distrust(actual);
  }

  /** The error as a multiple of what is allowed. */
  private double excess(double actual, int index, boolean rearranged) {
    double value = values.value(index);
    if (Double.compare(actual, value) == 0 || actual == value) {
      return 0;
    }
    double error = Math.abs(actual - value);
    if (!Double.isFinite(error)) {
      return Double.POSITIVE_INFINITY;
    }
    double allowed = allowed(index, rearranged);
    return allowed == 0 ? Double.MAX_VALUE : error / allowed;
  }

  /**
   * A last line of defence against bounds that are too wide to notice anything: an answer that is
   * mostly zero or always the same, where the right one is not (after benchdnn's "mistrusted").
   */
  private @Nullable String distrust(Values actual) {
    int count = values.count();
    int zeros = 0;
    int zerosExpected = 0;
    boolean constant = true;
    boolean constantExpected = true;
    for (int i = 0; i < count; i++) {
      zeros += actual.number(i) == 0 ? 1 : 0;
      zerosExpected += values.value(i) == 0 ? 1 : 0;
      constant &= Double.compare(actual.number(i), actual.number(0)) == 0;
      constantExpected &= alike(values.value(i), values.value(0));
    }
    if (zeros - zerosExpected > count / 2) {
      return zeros + " of " + count + " elements are 0, but only " + zerosExpected + " should be";
    }
    if (count > 4 && constant && !constantExpected) {
      return "all " + count + " elements are " + actual.number(0) + ", but should differ";
    }
    return null;
  }

  private static boolean alike(double value, double other) {
    return Double.compare(value, other) == 0 || Math.abs(value - other) < 1e-3;
  }
}
