package dev.quern.cpu;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.ClipValue;

/** Clipping by value, bound by memory. */
final class CpuClipValue extends ClipValue {
  private final String implementation;
  private final Clip clip;

  CpuClipValue(CpuDevice device, Spec spec) {
    super(device, spec);
    implementation = device.simd().name() + ":elements";
    clip = new Clip(device, spec);
  }

  @Override
  public String implementation() {
    return implementation;
  }

  @Override
  protected void runClip(Stream stream, DeviceBuffer x, DeviceBuffer y) {
    clip.x = CpuBuffer.address(x);
    clip.y = CpuBuffer.address(y);
    clip.run();
  }

  private static final class Clip extends ElementPass {
    private final ElementLoops loops;
    private final Spec spec;
    private long x;
    private long y;

    Clip(CpuDevice device, Spec spec) {
      super(device.pool(), spec.count(), 8);
      loops = device.simd().elements();
      this.spec = spec;
    }

    @Override
    protected void apply(long start, int count) {
      loops.clip(x + 4 * start, y + 4 * start, count, spec.least(), spec.most());
    }
  }
}
