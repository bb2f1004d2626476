package dev.quern.cpu;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.Relu;

/** ReLU, bound by memory in both passes. */
final class CpuRelu extends Relu {
  private final String implementation;
  private final Forward forward;
  private final Backward backward;

  CpuRelu(CpuDevice device, Spec spec) {
    super(device, spec);
    implementation = device.simd().name() + ":elements";
    forward = new Forward(device, spec.count());
    backward = new Backward(device, spec.count());
  }

  @Override
  public String implementation() {
    return implementation;
  }

  @Override
  protected void runForward(Stream stream, DeviceBuffer x, DeviceBuffer y) {
    forward.x = CpuBuffer.address(x);
    forward.y = CpuBuffer.address(y);
    forward.run();
  }

  @Override
  protected void runBackward(Stream stream, DeviceBuffer y, DeviceBuffer dy, DeviceBuffer dx) {
    backward.y = CpuBuffer.address(y);
    backward.dy = CpuBuffer.address(dy);
    backward.dx = CpuBuffer.address(dx);
    backward.run();
  }

  private static final class Forward extends ElementPass {
    private final ElementLoops loops;
    private long x;
    private long y;

    Forward(CpuDevice device, long count) {
      super(device.pool(), count, 8);
      loops = device.simd().elements();
    }

    @Override
    protected void apply(long start, int count) {
      loops.relu(x + 4 * start, y + 4 * start, count);
    }
  }

  private static final class Backward extends ElementPass {
    private final ElementLoops loops;
    private long y;
    private long dy;
    private long dx;

    Backward(CpuDevice device, long count) {
      super(device.pool(), count, 12);
      loops = device.simd().elements();
    }

    @Override
    protected void apply(long start, int count) {
      loops.reluGradient(y + 4 * start, dy + 4 * start, dx + 4 * start, count);
    }
  }
}
