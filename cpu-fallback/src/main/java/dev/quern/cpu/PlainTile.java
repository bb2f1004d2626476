package dev.quern.cpu;

import dev.quern.cpu.TileShape.Ending;

/**
 * A tile in plain Java: what runs where the Vector API is absent, and everywhere until the
 * generated tile of the same shape is compiled. It does the same multiply-adds in the same order,
 * so its results are the same bits.
 *
 * <p>{@link Math#fma} is one instruction on every x86-64 processor since 2013 and on all of ARM64;
 * on older ones Java emulates it, correctly and very slowly.
 */
final class PlainTile implements Tile {
  private static final int BLOCK_COLUMNS = 4;

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
  public void run(
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
      float beta) {
    int end = masked ? wholeColumns + lastLanes : columns;
    for (int i = row; i < row + rowCount; i++) {
      long rowA = a + 4L * rows[i];
      long rowC = c + 4L * outs[i];
      int j = 0;
      for (; j + BLOCK_COLUMNS <= end; j += BLOCK_COLUMNS) {
        block(rowA, b + 4L * j, steps, rowC + 4L * j, bias + 4L * j, alpha, beta);
      }
      for (; j < end; j++) {
        single(rowA, b + 4L * j, steps, rowC + 4L * j, bias + 4L * j, alpha, beta);
      }
    }
  }

  private void block(long a, long b, int[] steps, long c, long bias, float alpha, float beta) {
    float sum0 = start(bias);
    float sum1 = start(bias + 4);
    float sum2 = start(bias + 8);
    float sum3 = start(bias + 12);
    for (int k = 0; k + 1 < steps.length; k += 2) {
      float x = NativeMemory.getFloat(a + 4L * steps[k]);
      long step = b + 4L * steps[k + 1];
      sum0 = Math.fma(x, NativeMemory.getFloat(step), sum0);
      sum1 = Math.fma(x, NativeMemory.getFloat(step + 4), sum1);
      sum2 = Math.fma(x, NativeMemory.getFloat(step + 8), sum2);
      sum3 = Math.fma(x, NativeMemory.getFloat(step + 12), sum3);
    }
    end(sum0, c, bias, alpha, beta);
    end(sum1, c + 4, bias + 4, alpha, beta);
    end(sum2, c + 8, bias + 8, alpha, beta);
    end(sum3, c + 12, bias + 12, alpha, beta);
  }

  private void single(long a, long b, int[] steps, long c, long bias, float alpha, float beta) {
    float sum = start(bias);
    for (int k = 0; k + 1 < steps.length; k += 2) {
      float x = NativeMemory.getFloat(a + 4L * steps[k]);
      sum = Math.fma(x, NativeMemory.getFloat(b + 4L * steps[k + 1]), sum);
    }
    end(sum, c, bias, alpha, beta);
  }

  private float start(long bias) {
    return ending.startsFromBias() ? NativeMemory.getFloat(bias) : 0;
  }

  private void end(float sum, long c, long bias, float alpha, float beta) {
    float value = ending.scales() ? sum * alpha : sum;
    if (ending.blends()) {
      value = Math.fma(NativeMemory.getFloat(c), beta, value);
    }
    if (ending.biased() && !ending.startsFromBias()) {
      value += NativeMemory.getFloat(bias);
    }
    NativeMemory.setFloat(c, ending.relu() && value < 0 ? 0 : value);
  }
}
