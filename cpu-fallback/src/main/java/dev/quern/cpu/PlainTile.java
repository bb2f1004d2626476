package dev.quern.cpu;

import dev.quern.cpu.TileShape.Ending;
import java.util.Arrays;

/**
 * A tile in plain Java: what runs where the Vector API is absent, and everywhere until the
 * generated tile of the same shape is compiled. It does the same multiply-adds in the same order,
 * so its results are the same bits.
 *
 * <p>Rows of B and the sums go through arrays: before it is compiled, Java reads an element of an
 * array twenty times faster than one of native memory, and afterwards it turns the loops over them
 * into vector instructions by itself.
 *
 * <p>{@link Math#fma} is one instruction on every x86-64 processor since 2013 and on all of ARM64;
 * on older ones Java emulates it, correctly and very slowly.
 */
final class PlainTile implements Tile {
  /** Steps taken at once: the sums are loaded and stored once for all of them. */
  private static final int STEPS = 4;

  private final int rowCount;
  private final int columns;
  private final int wholeColumns;
  private final boolean masked;
  private final Ending ending;

  PlainTile(TileShape shape, int lanes) {
    rowCount = shape.rows();
    columns = shape.vectors() * lanes;
    wholeColumns = columns - lanes;
    masked = shape.masked();
    ending = shape.ending();
  }

  @Override
  public int run(
      long a,
      int[] rows,
      long b,
      int[] steps,
      long c,
      int[] outs,
      int row,
      long bias,
      int lastLanes,
      float alpha,
      float beta,
      long ahead,
      int aheadStep) {
    int width = masked ? wholeColumns + lastLanes : columns;
    Scratch scratch = Scratch.ofThisThread();
    float[] sums = scratch.floats(0, rowCount * width);
    float[] panel = scratch.floats(1, STEPS * width);
    float[] biases = scratch.floats(2, width);
    if (ending.biased()) {
      NativeMemory.load(bias, biases, 0, width);
    }
    for (int i = 0; i < rowCount; i++) {
      if (ending.startsFromBias()) {
        System.arraycopy(biases, 0, sums, i * width, width);
      } else {
        Arrays.fill(sums, i * width, (i + 1) * width, 0);
      }
    }
    multiply(a, rows, b, steps, row, width, panel, sums);
    for (int i = 0; i < rowCount; i++) {
      long target = c + 4L * outs[row + i];
      if (ending.blends()) {
        NativeMemory.load(target, panel, 0, width);
      }
      end(sums, i * width, width, panel, biases, alpha, beta);
      NativeMemory.store(sums, i * width, target, width);
    }
    return 0;
  }

  private void multiply(
      long a, int[] rows, long b, int[] steps, int row, int width, float[] panel, float[] sums) {
    int depth = steps.length / 2;
    int k = 0;
    for (; k + STEPS <= depth; k += STEPS) {
      for (int s = 0; s < STEPS; s++) {
        NativeMemory.load(b + 4L * steps[2 * (k + s) + 1], panel, s * width, width);
      }
      for (int i = 0; i < rowCount; i++) {
        long at = a + 4L * rows[row + i];
        float x0 = NativeMemory.getFloat(at + 4L * steps[2 * k]);
        float x1 = NativeMemory.getFloat(at + 4L * steps[2 * k + 2]);
        float x2 = NativeMemory.getFloat(at + 4L * steps[2 * k + 4]);
        float x3 = NativeMemory.getFloat(at + 4L * steps[2 * k + 6]);
        addFour(x0, x1, x2, x3, panel, sums, i * width, width);
      }
    }
    for (; k < depth; k++) {
      NativeMemory.load(b + 4L * steps[2 * k + 1], panel, 0, width);
      for (int i = 0; i < rowCount; i++) {
        float x = NativeMemory.getFloat(a + 4L * (rows[row + i] + steps[2 * k]));
        addOne(x, panel, sums, i * width, width);
      }
    }
  }

  private static void addFour(
      float x0, float x1, float x2, float x3, float[] panel, float[] sums, int from, int width) {
    for (int j = 0; j < width; j++) {
      float sum = Math.fma(x0, panel[j], sums[from + j]);
      sum = Math.fma(x1, panel[width + j], sum);
      sum = Math.fma(x2, panel[2 * width + j], sum);
      sums[from + j] = Math.fma(x3, panel[3 * width + j], sum);
    }
  }

  private static void addOne(float x, float[] panel, float[] sums, int from, int width) {
    for (int j = 0; j < width; j++) {
      sums[from + j] = Math.fma(x, panel[j], sums[from + j]);
    }
  }

  /** The ending, in place; {@code old} are the elements of C to blend with. */
  private void end(
      float[] sums, int from, int width, float[] old, float[] biases, float alpha, float beta) {
    for (int j = 0; j < width; j++) {
      float value = ending.scales() ? sums[from + j] * alpha : sums[from + j];
      if (ending.blends()) {
        value = Math.fma(old[j], beta, value);
      }
      if (ending.biased() && !ending.startsFromBias()) {
        value += biases[j];
      }
      sums[from + j] = ending.relu() && value <= 0 ? 0 : value;
    }
  }
}
