package dev.quern.cpu;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.Activation;
import dev.quern.kernels.Pass;

/** Activations; with an exponential in them bound by arithmetic on one core, else by memory. */
final class CpuActivation extends Activation {
  private final String implementation;
  private final Forward forward;
  private final Backward backward;

  CpuActivation(CpuDevice device, Spec spec) {
    super(device, spec);
    implementation = device.simd().name() + ":elements";
    forward = new Forward(device, spec);
    backward = new Backward(device, spec);
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
  protected void runBackward(Stream stream, DeviceBuffer saved, DeviceBuffer dy, DeviceBuffer dx) {
    backward.saved = CpuBuffer.address(saved);
    backward.dy = CpuBuffer.address(dy);
    backward.dx = CpuBuffer.address(dx);
    backward.run();
  }

  /**
   * Bytes that an element moves, or as many as take as long as its operations do: 0.4 ns with an
   * exponential among them, 0.8 ns with the normal distribution.
   */
  private static int bytes(Spec spec, Pass pass) {
    boolean product = pass == Pass.BACKWARD_DATA && !spec.kind().savesInput();
    if (product || spec.kind() == Kind.LEAKY_RELU) {
      return pass == Pass.FORWARD ? 8 : 12;
    }
    return spec.kind() == Kind.GELU ? 80 : 40;
  }

  private static final class Forward extends ElementPass {
    private final Warming<ActivationLoops> loops;
    private final Spec spec;
    private long x;
    private long y;

    Forward(CpuDevice device, Spec spec) {
      super(device.pool(), spec.count(), bytes(spec, Pass.FORWARD));
      loops = device.simd().activations().loops(spec.kind(), Pass.FORWARD);
      this.spec = spec;
    }

    @Override
    protected void apply(long start, int count) {
      long at = 4 * start;
      loops.current().forward(spec.kind(), spec.alpha(), x + at, y + at, count);
    }
  }

  private static final class Backward extends ElementPass {
    private final Warming<ActivationLoops> loops;
    private final Spec spec;
    private long saved;
    private long dy;
    private long dx;

    Backward(CpuDevice device, Spec spec) {
      super(device.pool(), spec.count(), bytes(spec, Pass.BACKWARD_DATA));
      loops = device.simd().activations().loops(spec.kind(), Pass.BACKWARD_DATA);
      this.spec = spec;
    }

    @Override
    protected void apply(long start, int count) {
      long at = 4 * start;
      loops.current().backward(spec.kind(), spec.alpha(), saved + at, dy + at, dx + at, count);
    }
  }
}
