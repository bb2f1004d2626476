package dev.quern.cpu;

/**
 * Loops over runs of float32 in memory, element by element or summing up. Addresses are in bytes,
 * counts in elements. A target may be one of the sources exactly.
 */
interface ElementLoops {

  /** {@code y = max(x, 0)}; NaN stays. */
  void relu(long x, long y, int count);

  /** {@code dx = y > 0 ? dy : 0}. */
  void reluGradient(long y, long dy, long dx, int count);

  /** {@code y = a + b}. */
  void add(long a, long b, long y, int count);

  /** {@code y[i, c] = x[i, c] + b[c]} for {@code rows} rows of {@code channels}. */
  void addRow(long x, long b, long y, int rows, int channels);

  /** {@code y = x * scale + shift}, the product rounded first. */
  void scale(long x, long y, int count, float scale, float shift);

  /** {@code y = x * scale + shift} of unsigned bytes, the product rounded first. */
  void scaleBytes(long x, long y, int count, float scale, float shift);

  /** {@code y = min(max(x, least), most)}; NaN stays. */
  void clip(long x, long y, int count, float least, float most);

  /** Sets all elements to a value. */
  void fill(long y, int count, float value);

  /** Whether no element is infinite or NaN. */
  boolean finite(long x, int count);

  /** {@code sums[c] = sum over i of x[i, c]}, in an order that the extents fix; 0 with no rows. */
  void sumColumns(long x, int rows, int channels, long sums);

  /** The sum of a run, in an order that its length fixes. */
  float sum(long x, int count);

  /** The sum of a run's squares in double, in an order that its length fixes. */
  double sumOfSquares(long x, int count);
}
