package dev.quern.cpu;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.Add;

/** Sums, bound by memory. */
final class CpuAdd extends Add {
  private final String implementation;
  private final Forward forward;

  CpuAdd(CpuDevice device, Spec spec) {
    super(device, spec);
    implementation = device.simd().name() + ":elements";
    forward = new Forward(device, spec.count());
  }

  @Override
  public String implementation() {
    return implementation;
  }

  @Override
  protected void runForward(Stream stream, DeviceBuffer a, DeviceBuffer b, DeviceBuffer y) {
    forward.a = CpuBuffer.address(a);
    forward.b = CpuBuffer.address(b);
    forward.y = CpuBuffer.address(y);
    forward.run();
  }

  private static final class Forward extends ElementPass {
    private final ElementLoops loops;
    private long a;
    private long b;
    private long y;

    Forward(CpuDevice device, long count) {
      super(device.pool(), count, 12);
      loops = device.simd().elements();
    }

    @Override
    protected void apply(long start, int count) {
      loops.add(a + 4 * start, b + 4 * start, y + 4 * start, count);
    }
  }
}
