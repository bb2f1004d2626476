package dev.quern.cpu;

import static dev.quern.cpu.NativeMemory.getFloat;
import static dev.quern.cpu.NativeMemory.setFloat;

import dev.quern.kernels.BatchNorm;
import java.util.Arrays;

/** Sums of gradients a channel, and of gradients times the distance from the mean. */
final class NormGradients extends NormSums {
  private final NormLoops loops;
  private final double[] sums;
  private final double[] products;

  /** What a run works on, by address; {@code dgamma} and {@code dbeta} are 0 if nobody asks. */
  long x;

  long dy;
  long gamma;
  long mean;
  long invStd;
  long dgamma;
  long dbeta;

  /** Receives planes for {@link NormLoops#gradient}. */
  long planes;

  NormGradients(CpuDevice device, BatchNorm.Spec spec, NormBlocks blocks, CountingRows rows) {
    super(device.pool(), spec, blocks, rows);
    loops = device.simd().norms();
    sums = new double[spec.channels()];
    products = new double[spec.channels()];
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
  void beginTotal(ChannelGroup group) {
    Arrays.fill(sums, group.first(), group.first() + group.width(), 0);
    Arrays.fill(products, group.first(), group.first() + group.width(), 0);
  }

  @Override
  void addTotal(ChannelGroup group, long partial, int count, long before) {
    int width = group.width();
    Scratch scratch = Scratch.ofThisThread();
    float[] sum = scratch.floats(0, width);
    float[] product = scratch.floats(1, width);
    NativeMemory.load(partial, sum, 0, width);
    NativeMemory.load(partial + group.plane(), product, 0, width);
    for (int i = 0; i < width; i++) {
      sums[group.first() + i] += sum[i];
      products[group.first() + i] += product[i];
    }
  }

  @Override
  void settle(ChannelGroup group, long count) {
    double each = count == 0 ? 0 : 1.0 / count;
    long plane = group.plane();
    for (int c = group.first(); c < group.first() + group.width(); c++) {
      long at = 4L * c;
      double inverse = getFloat(invStd + at);
      double scale = getFloat(gamma + at) * inverse;
      if (dgamma != 0) {
        setFloat(dgamma + at, (float) (products[c] * inverse));
        setFloat(dbeta + at, (float) sums[c]);
      }
      setFloat(planes + at, getFloat(mean + at));
      setFloat(planes + plane + at, (float) scale);
      double slope = -scale * inverse * inverse * products[c] * each;
      setFloat(planes + 2 * plane + at, (float) slope);
      setFloat(planes + 3 * plane + at, (float) (-scale * sums[c] * each));
    }
  }
}
