package dev.quern.cpu;

import static dev.quern.cpu.NativeMemory.getFloat;
import static dev.quern.cpu.NativeMemory.setFloat;

import dev.quern.kernels.BatchNorm;

/**
 * Means and variances of channels in one pass over memory, and what training makes of them. A block
 * sums up differences from its first row, and their squares.
 */
final class NormMoments extends NormSums {
  private final BatchNorm.Spec spec;
  private final NormLoops loops;

  /** What a run works on, by address. */
  long x;

  long gamma;
  long beta;
  long movingMean;
  long movingVariance;
  long mean;
  long invStd;

  /** Receives planes for {@link NormLoops#normalise}; before, the totals lie there. */
  long planes;

  NormMoments(CpuDevice device, BatchNorm.Spec spec, NormBlocks blocks, CountingRows rows) {
    super(device.pool(), spec, blocks, rows);
    this.spec = spec;
    loops = device.simd().norms();
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
  void addTotal(ChannelGroup group, long partial, int count, long before) {
    long totals = group.in(planes);
    if (before == 0) {
      for (int c = 0; c < group.width(); c++) {
        setFloat(totals + 4L * c, getFloat(partial + 4L * c));
        setFloat(totals + group.plane() + 4L * c, 0);
        setFloat(totals + 2 * group.plane() + 4L * c, 0);
      }
    }
    double share = (double) count / (before + count);
    float weight = (float) (before * share);
    loops.joinMoments(group, partial, totals, 1f / count, (float) share, weight);
  }

  @Override
  void settle(ChannelGroup group, long count) {
    long plane = group.plane();
    double stays = spec.momentum();
    long unbiased = spec.unbiased() ? Math.max(1, count - 1) : count;
    for (int c = group.first(); c < group.first() + group.width(); c++) {
      long at = 4L * c;
      double center = 0;
      double variance = 1;
      if (count > 0) {
        center = (double) getFloat(planes + at) + getFloat(planes + plane + at);
        // Of equal numbers it may be less by a rounding.
        double squares = Math.max(getFloat(planes + 2 * plane + at), 0);
        variance = squares / count;
        move(movingMean + at, stays, center);
        move(movingVariance + at, stays, squares / unbiased);
      }
      double inverse = 1 / Math.sqrt(variance + spec.epsilon());
      setFloat(mean + at, (float) center);
      setFloat(invStd + at, (float) inverse);
      plane(c, (float) center, inverse);
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
