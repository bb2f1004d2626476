package dev.quern.cpu;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.MaxPool2d;
import org.jspecify.annotations.Nullable;

/**
 * Maximum pooling by rows of the output, its gradient by rows of the input: so that each element is
 * written once, without looking ahead where a window chose.
 */
final class CpuMaxPool2d extends MaxPool2d {
  private final WorkerPool pool;
  private final PoolShape shape;
  private final long forwardGrain;
  private final long backwardGrain;
  private final Forward forward;
  private final Backward backward;
  private final String implementation;

  CpuMaxPool2d(CpuDevice device, Spec spec) {
    super(device, spec);
    pool = device.pool();
    shape = PoolShape.of(spec);
    Simd simd = device.simd();
    Warming<PoolLoops> loops = loops(simd, shape);
    long taps = (long) spec.windowH() * spec.windowW();
    long spans = (long) shape.rows().reach() * shape.columns().reach();
    forwardGrain = grain(shape.outputRow() * taps, simd);
    backwardGrain = grain(shape.inputRow() * spans, simd);
    forward = new Forward(loops, shape);
    backward = new Backward(loops, shape);
    implementation = simd.name() + (shape.channels() == 1 ? ":columns" : ":channels");
  }

  private static Warming<PoolLoops> loops(Simd simd, PoolShape shape) {
    if (shape.channels() == 1) { // a vector of channels would hold one number
      return Warming.only(simd.planes());
    }
    return shape.pairs() ? simd.pairs() : Warming.only(simd.pools());
  }

  /**
   * Rows that take about 5 us: a comparison takes some 0.1 ns by vectors, 2 ns by single numbers.
   */
  private static long grain(long comparisonsOfRow, Simd simd) {
    return Math.max(1, (simd.lanes() == 1 ? 2_500 : 50_000) / Math.max(1, comparisonsOfRow));
  }

  @Override
  public String implementation() {
    return implementation;
  }

  @Override
  protected void runForward(
      Stream stream, DeviceBuffer x, DeviceBuffer y, @Nullable DeviceBuffer argmax) {
    forward.x = CpuBuffer.address(x);
    forward.y = CpuBuffer.address(y);
    forward.argmax = CpuBuffer.addressOrZero(argmax);
    pool.run((long) shape.images() * shape.rows().outputs(), forwardGrain, forward);
  }

  @Override
  protected void runBackward(
      Stream stream, DeviceBuffer y, DeviceBuffer argmax, DeviceBuffer dy, DeviceBuffer dx) {
    backward.y = spec().reluInput() ? CpuBuffer.address(y) : 0;
    backward.argmax = CpuBuffer.address(argmax);
    backward.dy = CpuBuffer.address(dy);
    backward.dx = CpuBuffer.address(dx);
    pool.run((long) shape.images() * shape.rows().size(), backwardGrain, backward);
  }

  private static final class Forward implements WorkerPool.Loop {
    private final Warming<PoolLoops> version;
    private final PoolShape shape;
    private final int rows;
    private final long imageBytes;
    private final long rowBytes;
    private long x;
    private long y;
    private long argmax;

    Forward(Warming<PoolLoops> version, PoolShape shape) {
      this.version = version;
      this.shape = shape;
      rows = shape.rows().outputs();
      imageBytes = 4L * shape.rows().size() * shape.inputRow();
      rowBytes = 4L * shape.outputRow();
    }

    @Override
    public void run(long from, long to, int worker) {
      PoolLoops loops = version.current();
      for (long unit = from; unit < to; unit++) {
        long image = x + unit / rows * imageBytes;
        long at = unit * rowBytes;
        loops.forward(shape, image, (int) (unit % rows), y + at, argmax == 0 ? 0 : argmax + at);
      }
    }
  }

  private static final class Backward implements WorkerPool.Loop {
    private final Warming<PoolLoops> version;
    private final PoolShape shape;
    private final int rows;
    private final long imageBytes;
    private final long rowBytes;
    private long y;
    private long argmax;
    private long dy;
    private long dx;

    Backward(Warming<PoolLoops> version, PoolShape shape) {
      this.version = version;
      this.shape = shape;
      rows = shape.rows().size();
      imageBytes = 4L * shape.rows().outputs() * shape.outputRow();
      rowBytes = 4L * shape.inputRow();
    }

    @Override
    public void run(long from, long to, int worker) {
      PoolLoops loops = version.current();
      for (long unit = from; unit < to; unit++) {
        long image = unit / rows * imageBytes;
        long above = y == 0 ? 0 : y + image;
        int row = (int) (unit % rows);
        loops.backward(shape, above, argmax + image, dy + image, row, dx + unit * rowBytes);
      }
    }
  }
}
