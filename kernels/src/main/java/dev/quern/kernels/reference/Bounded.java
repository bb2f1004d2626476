package dev.quern.kernels.reference;

/**
 * An exact result and how far from it float32 arithmetic may end: for each element its value and
 * its magnitude, which is the sum of the absolute values of all terms that went into it.
 *
 * <p>The error of a sum of {@code K} terms, each rounded with relative error eps, behaves like a
 * random walk: it grows with {@code eps * sqrt(K) * magnitude} (Higham and Mary, "A new approach to
 * probabilistic rounding error analysis", SIAM J. Sci. Comput. 41, 2019, theorem 2.4). The factor
 * {@link #CONFIDENCE} in front makes an excess too unlikely to be met, for one set of steps in any
 * order, and covers the two or three roundings around a sum of one term.
 */
public final class Bounded {
  /** The constant of the bound, the same for every op, case and backend. */
  public static final double CONFIDENCE = 4;

  private final double[] values;
  private final double[] magnitudes;
  private final double terms;

  /**
   * A result of zeros, to be added to.
   *
   * @param count number of elements
   * @param terms number of terms that are summed up for one element
   */
  public Bounded(int count, double terms) {
    this.values = new double[count];
    this.magnitudes = new double[count];
    this.terms = Math.max(1, terms);
  }

  /** Adds a term to an element. */
  public void add(int index, double term) {
    values[index] += term;
    magnitudes[index] += Math.abs(term);
  }

  /** Sets an element outright. */
  public void set(int index, double value, double magnitude) {
    values[index] = value;
    magnitudes[index] = magnitude;
  }

  /** Sets an element that no arithmetic goes into, only comparing and copying. */
  public void set(int index, double value) {
    set(index, value, 0);
  }

  /** Replaces a negative value by 0 and keeps its magnitude: a ReLU makes no error larger. */
  public void rectify(int index) {
    values[index] = Math.max(values[index], 0);
  }

  /** Number of elements. */
  public int count() {
    return values.length;
  }

  /** An element's value. */
  public double value(int index) {
    return values[index];
  }

  /** Sum of the absolute values of the terms of an element. */
  public double magnitude(int index) {
    return magnitudes[index];
  }

  /** The values themselves, not a copy. */
  public double[] values() {
    return values;
  }

  /** The values, rounded to float32. */
  public float[] toFloats() {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  /**
   * How far an element may be off. The absolute part is there because a device may flush results
   * below the smallest normal number to 0 (OpenCL C 3.0, section 7.5.3), once for every term.
   *
   * @param epsilon largest relative error of one operation
   */
  public double allowed(int index, double epsilon) {
    return CONFIDENCE * epsilon * Math.sqrt(terms) * magnitudes[index] + terms * Float.MIN_NORMAL;
  }

  /** Widens numbers from device memory for use in the reference. */
  public static double[] widen(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }
}
