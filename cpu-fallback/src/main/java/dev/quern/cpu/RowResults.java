package dev.quern.cpu;

/**
 * What the rows of a loss leave in memory, to be summed up in the order of rows: each its loss,
 * FLOAT32, and whether its answer is right, INT32. Addresses are in bytes.
 */
final class RowResults {
  /** Bytes of a row. */
  static final int BYTES = 8;

  private RowResults() {}

  /** Leaves a row's; one whose loss is no number is not right. */
  static void write(long result, float loss, boolean right) {
    NativeMemory.setFloat(result, loss);
    NativeMemory.setInt(result + 4, right && !Float.isNaN(loss) ? 1 : 0);
  }

  /** Sum of the losses. */
  static double losses(long results, int rows) {
    double sum = 0;
    for (int i = 0; i < rows; i++) {
      sum += NativeMemory.getFloat(results + (long) i * BYTES);
    }
    return sum;
  }

  /** Number of right answers. */
  static int hits(long results, int rows) {
    int hits = 0;
    for (int i = 0; i < rows; i++) {
      hits += NativeMemory.getInt(results + (long) i * BYTES + 4);
    }
    return hits;
  }

  /** Number of rows that count, or 1 if none does: their mean is 0 then. */
  static int counting(long labels, int rows, int ignored) {
    int count = 0;
    for (int i = 0; i < rows; i++) {
      count += NativeMemory.getInt(labels + 4L * i) == ignored ? 0 : 1;
    }
    return Math.max(1, count);
  }
}
