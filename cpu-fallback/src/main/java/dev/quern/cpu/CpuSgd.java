package dev.quern.cpu;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.Sgd;

/** Stochastic gradient descent, bound by memory. */
final class CpuSgd extends Sgd {
  private final String implementation;
  private final SgdStep numbers;
  private final Update update;

  CpuSgd(CpuDevice device, Spec spec) {
    super(device, spec);
    implementation = device.simd().name() + ":elements";
    numbers = new SgdStep(spec);
    update = new Update(device, spec.count(), numbers);
  }

  @Override
  public String implementation() {
    return implementation;
  }

  @Override
  protected void runUpdate(
      Stream stream,
      DeviceBuffer p,
      DeviceBuffer g,
      DeviceBuffer v,
      DeviceBuffer step,
      DeviceBuffer learningRate) {
    numbers.begin(NativeMemory.getFloat(CpuBuffer.address(learningRate)));
    update.p = CpuBuffer.address(p);
    update.g = CpuBuffer.address(g);
    update.v = CpuBuffer.address(v);
    update.run();
    long steps = CpuBuffer.address(step);
    NativeMemory.setInt(steps, NativeMemory.getInt(steps) + 1);
  }

  private static final class Update extends ElementPass {
    private final Warming<UpdateLoops> loops;
    private final SgdStep numbers;
    private long p;
    private long g;
    private long v;

    Update(CpuDevice device, long count, SgdStep numbers) {
      super(device.pool(), count, 20);
      this.loops = device.simd().sgd();
      this.numbers = numbers;
    }

    @Override
    protected void apply(long start, int count) {
      long at = 4 * start;
      loops.current().sgd(numbers, p + at, g + at, v + at, count);
    }
  }
}
