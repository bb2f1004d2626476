package dev.quern.cpu;

import static dev.quern.cpu.NativeMemory.getFloat;
import static dev.quern.cpu.NativeMemory.setFloat;

import dev.quern.kernels.BatchNorm;
import java.util.Arrays;

/**
 * Means and variances of channels in one pass over memory, and what training makes of them. A block
 * sums up differences from its first row, and their squares; blocks are put together after Chan,
 * Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances",
 * 1979.
 */
final class NormMoments extends NormSums {
  private final BatchNorm.Spec spec;
  private final NormLoops loops;
  private final double[] means;

  /** Sums of squared differences from the mean. */
  private final double[] squares;

  /** What a run works on, by address. */
  long x;

  long gamma;
  long beta;
  long movingMean;
  long movingVariance;
  long mean;
  long invStd;

  /** Receives planes for {@link NormLoops#normalise}. */
  long planes;

  NormMoments(CpuDevice device, BatchNorm.Spec spec, NormBlocks blocks, CountingRows rows) {
    super(device.pool(), spec, blocks, rows);
    this.spec = spec;
    loops = device.simd().norms();
    means = new double[spec.channels()];
    squares = new double[spec.channels()];
  }

  @Override
  void begin(ChannelGroup group, long offset, long partial) {
    long sums = partial + group.plane();
    for (int c = 0; c < group.width(); c++) {
      setFloat(partial + 4L * c, getFloat(x + offset + 4L * c));
      setFloat(sums + 4L * c, 0);
      setFloat(sums + group.plane() + 4L * c, 0);
    }
  }

  @Override
  void add(ChannelGroup group, long offset, int rows, long partial) {
    loops.addMoments(group, x + offset, rows, partial, partial + group.plane());
  }

  @Override
  void beginTotal(ChannelGroup group) {
    Arrays.fill(means, group.first(), group.first() + group.width(), 0);
    Arrays.fill(squares, group.first(), group.first() + group.width(), 0);
  }

  @Override
  void addTotal(ChannelGroup group, long partial, int count, long before) {
    int width = group.width();
    Scratch scratch = Scratch.ofThisThread();
    float[] first = scratch.floats(0, width);
    float[] sum = scratch.floats(1, width);
    float[] sumOfSquares = scratch.floats(2, width);
    NativeMemory.load(partial, first, 0, width);
    NativeMemory.load(partial + group.plane(), sum, 0, width);
    NativeMemory.load(partial + 2 * group.plane(), sumOfSquares, 0, width);
    double each = 1.0 / count;
    double share = (double) count / (before + count);
    double weight = before * share;
    for (int i = 0; i < width; i++) {
      int c = group.first() + i;
      double away = sum[i] * each;
      double distance = first[i] + away - means[c];
      means[c] += distance * share;
      squares[c] += sumOfSquares[i] - away * sum[i] + distance * distance * weight;
    }
  }

  @Override
  void settle(ChannelGroup group, long count) {
    double stays = spec.momentum();
    long unbiased = spec.unbiased() ? Math.max(1, count - 1) : count;
    for (int c = group.first(); c < group.first() + group.width(); c++) {
      long at = 4L * c;
      double sum = Math.max(squares[c], 0); // of equal numbers it may be less by a rounding
      double variance = count == 0 ? 1 : sum / count;
      double inverse = 1 / Math.sqrt(variance + spec.epsilon());
      setFloat(mean + at, (float) means[c]);
      setFloat(invStd + at, (float) inverse);
      if (count > 0) {
        move(movingMean + at, stays, means[c]);
        move(movingVariance + at, stays, sum / unbiased);
      }
      plane(c, (float) means[c], inverse);
    }
  }

  private static void move(long statistic, double stays, double batch) {
    setFloat(statistic, (float) (getFloat(statistic) * stays + batch * (1 - stays)));
  }

  /** Planes for inference, which has its moments. */
  void planesOfMoving() {
    for (int c = 0; c < spec.channels(); c++) {
      double variance = getFloat(movingVariance + 4L * c);
      plane(c, getFloat(movingMean + 4L * c), 1 / Math.sqrt(variance + spec.epsilon()));
    }
  }

  private void plane(int c, float center, double inverse) {
    long at = planes + 4L * c;
    long plane = 4L * spec.channels();
    setFloat(at, center);
    setFloat(at + plane, (float) (getFloat(gamma + 4L * c) * inverse));
    setFloat(at + 2 * plane, getFloat(beta + 4L * c));
  }
}
