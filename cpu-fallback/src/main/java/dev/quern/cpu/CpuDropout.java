package dev.quern.cpu;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.Dropout;

/** Dropout; both passes draw the mask and apply it. */
final class CpuDropout extends Dropout {
  private final String implementation;
  private final DropoutDraw draw;
  private final Apply apply;

  CpuDropout(CpuDevice device, Spec spec) {
    super(device, spec);
    implementation = device.simd().name() + ":philox";
    draw = new DropoutDraw(spec);
    apply = new Apply(device, spec.count(), draw);
  }

  @Override
  public String implementation() {
    return implementation;
  }

  @Override
  protected void run(Stream stream, DeviceBuffer source, DeviceBuffer step, DeviceBuffer target) {
    draw.begin(NativeMemory.getInt(CpuBuffer.address(step)));
    apply.source = CpuBuffer.address(source);
    apply.target = CpuBuffer.address(target);
    apply.run();
  }

  private static final class Apply extends ElementPass {
    /** Drawing an element takes as long as moving this much, about 0.6 ns. */
    private static final int BYTES = 64;

    private final DropoutLoops loops;
    private final DropoutDraw draw;
    private long source;
    private long target;

    Apply(CpuDevice device, long count, DropoutDraw draw) {
      super(device.pool(), count, BYTES);
      this.loops = device.simd().dropouts();
      this.draw = draw;
    }

    @Override
    protected void apply(long start, int count) {
      loops.apply(source + 4 * start, target + 4 * start, start, count, draw);
    }
  }
}
