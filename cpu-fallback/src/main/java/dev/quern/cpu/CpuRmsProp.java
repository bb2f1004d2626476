package dev.quern.cpu;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.RmsProp;

/** RMSprop, bound by memory and the processor's divider about equally. */
final class CpuRmsProp extends RmsProp {
  private final String implementation;
  private final Update update;

  CpuRmsProp(CpuDevice device, Spec spec) {
    super(device, spec);
    implementation = device.simd().name() + ":elements";
    update = new Update(device, spec);
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
      DeviceBuffer m,
      DeviceBuffer step,
      DeviceBuffer learningRate) {
    update.p = CpuBuffer.address(p);
    update.g = CpuBuffer.address(g);
    update.v = CpuBuffer.address(v);
    update.m = CpuBuffer.address(m);
    update.rate = NativeMemory.getFloat(CpuBuffer.address(learningRate));
    update.run();
    long steps = CpuBuffer.address(step);
    NativeMemory.setInt(steps, NativeMemory.getInt(steps) + 1);
  }

  private static final class Update extends ElementPass {
    private final Warming<UpdateLoops> loops;
    private final Spec spec;
    private long p;
    private long g;
    private long v;
    private long m;
    private float rate;

    Update(CpuDevice device, Spec spec) {
      super(device.pool(), spec.count(), 28);
      this.loops = device.simd().rmsProp();
      this.spec = spec;
    }

    @Override
    protected void apply(long start, int count) {
      long at = 4 * start;
      loops.current().rmsProp(spec, rate, p + at, g + at, v + at, m + at, count);
    }
  }
}
