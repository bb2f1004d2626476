package dev.quern.kernels.cases;

import dev.quern.core.DataType;
import java.util.Arrays;

/**
 * One buffer of a pass.
 *
 * @param role its name in the op's contract
 * @param initial what it holds before the run
 * @param written whether the pass writes to it; what it does not write to must stay as it was
 */
public record Argument(String role, Values initial, boolean written) {
  /** What INT32 outputs hold before the run: a number that no op gives. */
  private static final int UNWRITTEN = 0x5A5A5A5A;

  static Argument input(String role, Values values) {
    return new Argument(role, values, false);
  }

  /** An output that must be overwritten entirely: NaN, or a number that no op gives. */
  static Argument output(String role, DataType type, long count) {
    if (type == DataType.INT32) {
      int[] values = new int[Math.toIntExact(count)];
      Arrays.fill(values, UNWRITTEN);
      return new Argument(role, Values.of(values), true);
    }
    float[] values = new float[Math.toIntExact(count)];
    Arrays.fill(values, Float.NaN);
    return new Argument(role, Values.of(values), true);
  }

  Argument asWritten() {
    return new Argument(role, initial, true);
  }
}
