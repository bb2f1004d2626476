package dev.quern.cpu;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.Adam;

/** Adam, bound by memory and the processor's divider about equally. */
final class CpuAdam extends Adam {
  private final String implementation;
  private final AdamStep numbers;
  private final Update update;

  CpuAdam(CpuDevice device, Spec spec) {
    super(device, spec);
    implementation = device.simd().name() + ":elements";
    numbers = new AdamStep(spec);
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
      DeviceBuffer m,
      DeviceBuffer v,
      DeviceBuffer step,
      DeviceBuffer learningRate) {
    int t = NativeMemory.getInt(CpuBuffer.address(step)) + 1;
    numbers.begin(t, NativeMemory.getFloat(CpuBuffer.address(learningRate)));
    update.p = CpuBuffer.address(p);
    update.g = CpuBuffer.address(g);
    update.m = CpuBuffer.address(m);
    update.v = CpuBuffer.address(v);
    update.run();
    NativeMemory.setInt(CpuBuffer.address(step), t);
  }

  private static final class Update extends ElementPass {
    private final Warming<UpdateLoops> loops;
    private final AdamStep numbers;
    private long p;
    private long g;
    private long m;
    private long v;

    Update(CpuDevice device, long count, AdamStep numbers) {
      super(device.pool(), count, 28);
      this.loops = device.simd().adam();
      this.numbers = numbers;
    }

    @Override
    protected void apply(long start, int count) {
      long at = 4 * start;
      loops.current().adam(numbers, p + at, g + at, m + at, v + at, count);
    }
  }
}
