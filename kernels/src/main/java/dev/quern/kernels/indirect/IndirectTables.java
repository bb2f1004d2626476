package dev.quern.kernels.indirect;

/**
 * The indirection of a product, in elements:
 *
 * <pre>C[outs[i] + j] = sum over k of A[rows[i] + steps[2k]] * B[steps[2k + 1] + j]</pre>
 *
 * @param rows offset in A of each row of the product
 * @param outs offset in C of each row of the product
 * @param steps for each step of the sum its offset in A and in B, in pairs
 */
public record IndirectTables(int[] rows, int[] outs, int[] steps) {

  /**
   * The same sums with no step below 0: what A's steps have in common goes to its rows.
   *
   * @throws IllegalStateException if B has a step below 0, for which there are no rows to go to
   */
  public IndirectTables withoutStepsBack() {
    int leastOfA = 0;
    for (int i = 0; i < steps.length; i += 2) {
      leastOfA = Math.min(leastOfA, steps[i]);
      if (steps[i + 1] < 0) {
        throw new IllegalStateException("B's step " + i / 2 + " is " + steps[i + 1]);
      }
    }
    int[] shifted = steps.clone();
    for (int i = 0; i < steps.length; i += 2) {
      shifted[i] -= leastOfA;
    }
    int[] moved = rows.clone();
    for (int i = 0; i < rows.length; i++) {
      moved[i] += leastOfA;
    }
    return new IndirectTables(moved, outs, shifted);
  }

  /**
   * The same sums in an order in which the rows of a tile lie apart: row {@code r} of a tile is the
   * one before row {@code r} of the next tile. Rows that fill no whole block stay where they are.
   *
   * @param rows of a tile
   * @param tiles of a block, within which rows change their places
   */
  public IndirectTables interleaved(int rows, int tiles) {
    return new IndirectTables(
        interleaved(this.rows, rows, tiles), interleaved(outs, rows, tiles), steps);
  }

  private static int[] interleaved(int[] table, int rows, int tiles) {
    int[] result = table.clone();
    int block = rows * tiles;
    for (int first = 0; first + block <= table.length && block > 0; first += block) {
      for (int i = 0; i < block; i++) {
        result[first + i] = table[first + i % rows * tiles + i / rows];
      }
    }
    return result;
  }

  /** Entries {@code i * stride} for i from 0 to {@code count}. */
  public static int[] regular(int count, int stride) {
    int[] table = new int[count];
    for (int i = 0; i < count; i++) {
      table[i] = i * stride;
    }
    return table;
  }

  /** Steps that walk A and B at fixed strides. */
  public static int[] regularSteps(int count, int strideA, int strideB) {
    int[] steps = new int[2 * count];
    for (int i = 0; i < count; i++) {
      steps[2 * i] = i * strideA;
      steps[2 * i + 1] = i * strideB;
    }
    return steps;
  }

  /** The same table {@code count} times, {@code stride} further each time. */
  public static int[] repeated(int[] table, int count, int stride) {
    int[] repeated = new int[table.length * count];
    for (int r = 0; r < count; r++) {
      for (int i = 0; i < table.length; i++) {
        repeated[r * table.length + i] = table[i] + r * stride;
      }
    }
    return repeated;
  }

  /** The same steps {@code count} times, further in A and in B each time. */
  public static int[] repeatedSteps(int[] steps, int count, int strideA, int strideB) {
    int[] repeated = new int[steps.length * count];
    for (int r = 0; r < count; r++) {
      for (int i = 0; i < steps.length; i += 2) {
        repeated[r * steps.length + i] = steps[i] + r * strideA;
        repeated[r * steps.length + i + 1] = steps[i + 1] + r * strideB;
      }
    }
    return repeated;
  }
}
