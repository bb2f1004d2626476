package dev.quern.cpu;

import static dev.quern.cpu.NativeMemory.getFloat;
import static dev.quern.cpu.NativeMemory.setFloat;

import dev.quern.kernels.BatchNorm;

/** Sums of gradients a channel, and of gradients times the distance from the mean. */
final class NormGradients extends NormSums {
  private final NormLoops loops;

  /** What a run works on, by address; {@code dgamma} and {@code dbeta} are 0 if nobody asks. */
  long x;

  long dy;
  long gamma;
  long mean;
  long invStd;
  long dgamma;
  long dbeta;

  /** Receives planes for {@link NormLoops#gradient}; before, the totals lie there. */
  long planes;

  NormGradients(CpuDevice device, BatchNorm.Spec spec, NormBlocks blocks, CountingRows rows) {
    super(device.pool(), spec, blocks, rows);
    loops = device.simd().norms();
  }

  @Override
  void begin(ChannelGroup group, long offset, long partial) {
    for (int c = 0; c < group.width(); c++) {
      setFloat(partial + 4L * c, 0);
      setFloat(partial + group.plane() + 4L * c, 0);
    }
  }

  @Override
  void add(ChannelGroup group, long offset, int rows, long partial) {
    loops.addGradients(group, x + offset, dy + offset, rows, group.in(mean), partial);
  }

  @Override
  void addTotal(ChannelGroup group, long partial, int count, long before) {
    long totals = group.in(planes);
    if (before == 0) {
      begin(group, 0, totals);
    }
    loops.joinGradients(group, partial, totals);
  }

  @Override
  void settle(ChannelGroup group, long count) {
    if (count == 0) {
      begin(group, 0, group.in(planes));
    }
    double each = 1.0 / Math.max(1, count);
    long plane = group.plane();
    for (int c = group.first(); c < group.first() + group.width(); c++) {
      long at = 4L * c;
      double sum = getFloat(planes + at);
      double product = getFloat(planes + plane + at);
      double inverse = getFloat(invStd + at);
      double scale = getFloat(gamma + at) * inverse;
      if (dgamma != 0) {
        setFloat(dgamma + at, (float) (product * inverse));
        setFloat(dbeta + at, (float) sum);
      }
      setFloat(planes + at, getFloat(mean + at));
      setFloat(planes + plane + at, (float) scale);
      double slope = -scale * inverse * inverse * product * each;
      setFloat(planes + 2 * plane + at, (float) slope);
      setFloat(planes + 3 * plane + at, (float) (-scale * sum * each));
    }
  }
}
