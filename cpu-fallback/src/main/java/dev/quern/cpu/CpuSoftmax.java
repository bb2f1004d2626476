package dev.quern.cpu;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.Softmax;

/** Softmax row by row. */
final class CpuSoftmax extends Softmax {
  private final WorkerPool pool;
  private final double nanos;
  private final Forward forward;
  private final Backward backward;
  private final String implementation;

  CpuSoftmax(CpuDevice device, Spec spec) {
    super(device, spec);
    pool = device.pool();
    nanos = nanos(spec.classes());
    forward = new Forward(device.simd().softmaxes(), spec);
    backward = new Backward(device.simd().softmaxes(), spec);
    implementation = device.simd().name() + ":rows";
  }

  /** What a row takes: some 50 ns of latencies and 0.4 ns an element. */
  static double nanos(int classes) {
    return 50 + 0.4 * classes;
  }

  @Override
  public String implementation() {
    return implementation;
  }

  @Override
  protected void runForward(Stream stream, DeviceBuffer x, DeviceBuffer y) {
    forward.x = CpuBuffer.address(x);
    forward.y = CpuBuffer.address(y);
    pool.run(spec().rows(), nanos, forward);
  }

  @Override
  protected void runBackward(Stream stream, DeviceBuffer y, DeviceBuffer dy, DeviceBuffer dx) {
    backward.y = CpuBuffer.address(y);
    backward.dy = CpuBuffer.address(dy);
    backward.dx = CpuBuffer.address(dx);
    pool.run(spec().rows(), nanos, backward);
  }

  private static final class Forward implements WorkerPool.Loop {
    private final SoftmaxLoops loops;
    private final boolean logarithm;
    private final int classes;
    private long x;
    private long y;

    Forward(SoftmaxLoops loops, Spec spec) {
      this.loops = loops;
      logarithm = spec.logarithm();
      classes = spec.classes();
    }

    @Override
    public void run(long from, long to, int worker) {
      for (long row = from; row < to; row++) {
        long at = 4 * row * classes;
        if (logarithm) {
          loops.logSoftmax(x + at, y + at, classes);
        } else {
          loops.softmax(x + at, y + at, classes);
        }
      }
    }
  }

  private static final class Backward implements WorkerPool.Loop {
    private final SoftmaxLoops loops;
    private final boolean logarithm;
    private final int classes;
    private long y;
    private long dy;
    private long dx;

    Backward(SoftmaxLoops loops, Spec spec) {
      this.loops = loops;
      logarithm = spec.logarithm();
      classes = spec.classes();
    }

    @Override
    public void run(long from, long to, int worker) {
      for (long row = from; row < to; row++) {
        long at = 4 * row * classes;
        if (logarithm) {
          loops.logSoftmaxGradient(y + at, dy + at, dx + at, classes);
        } else {
          loops.softmaxGradient(y + at, dy + at, dx + at, classes);
        }
      }
    }
  }
}
