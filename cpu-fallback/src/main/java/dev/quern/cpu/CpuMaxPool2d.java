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
  private final double forwardNanos;
  private final double backwardNanos;
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
    forwardNanos = nanos(shape.outputRow() * taps, simd);
    backwardNanos = nanos(spans * shape.rowsTogether() * shape.inputRow(), simd);
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

  /** What a row takes: a comparison some 0.1 ns by vectors, 2 ns by single numbers. */
  private static double nanos(long comparisonsOfRow, Simd simd) {
    return (simd.lanes() == 1 ? 2 : 0.1) * comparisonsOfRow;
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
    pool.run(forward.units(), forwardNanos, forward);
  }

  @Override
  protected void runBackward(
      Stream stream, DeviceBuffer y, DeviceBuffer argmax, DeviceBuffer dy, DeviceBuffer dx) {
    backward.y = spec().reluInput() ? CpuBuffer.address(y) : 0;
    backward.argmax = CpuBuffer.address(argmax);
    backward.dy = CpuBuffer.address(dy);
    backward.dx = CpuBuffer.address(dx);
    pool.run(backward.units(), backwardNanos, backward);
  }

  /** A pass over all images. A unit of it is one or several rows of an image. */
  private abstract static class Pass implements WorkerPool.Loop {
    private final Warming<PoolLoops> version;
    private final int images;
    private final int unitsOfImage;

    Pass(Warming<PoolLoops> version, int images, int unitsOfImage) {
      this.version = version;
      this.images = images;
      this.unitsOfImage = unitsOfImage;
    }

    final long units() {
      return (long) images * unitsOfImage;
    }

    @Override
    public final void run(long from, long to, int worker) {
      PoolLoops loops = version.current();
      long unit = from;
      while (unit < to) {
        long image = unit / unitsOfImage;
        long first = image * unitsOfImage;
        long end = Math.min(first + unitsOfImage, to);
        run(loops, image, (int) (unit - first), (int) (end - first));
        unit = end;
      }
    }

    /** Computes units {@code from} (inclusive) to {@code to} (exclusive) of an image. */
    abstract void run(PoolLoops loops, long image, int from, int to);
  }

  private static final class Forward extends Pass {
    private final PoolShape shape;
    private final long inputBytes;
    private final long outputBytes;
    private long x;
    private long y;
    private long argmax;

    Forward(Warming<PoolLoops> version, PoolShape shape) {
      super(version, shape.images(), shape.rows().outputs());
      this.shape = shape;
      inputBytes = shape.inputBytes();
      outputBytes = shape.outputBytes();
    }

    @Override
    void run(PoolLoops loops, long image, int from, int to) {
      long at = image * outputBytes;
      long places = argmax == 0 ? 0 : argmax + at;
      loops.forward(shape, x + image * inputBytes, from, to, y + at, places);
    }
  }

  private static final class Backward extends Pass {
    private final PoolShape shape;
    private final long inputBytes;
    private final long outputBytes;
    private long y;
    private long argmax;
    private long dy;
    private long dx;

    Backward(Warming<PoolLoops> version, PoolShape shape) {
      super(version, shape.images(), Math.ceilDiv(shape.rows().size(), shape.rowsTogether()));
      this.shape = shape;
      inputBytes = shape.inputBytes();
      outputBytes = shape.outputBytes();
    }

    @Override
    void run(PoolLoops loops, long image, int from, int to) {
      int together = shape.rowsTogether();
      int end = (int) Math.min((long) to * together, shape.rows().size());
      long at = image * outputBytes;
      long above = y == 0 ? 0 : y + at;
      long target = dx + image * inputBytes;
      loops.backward(shape, above, argmax + at, dy + at, from * together, end, target);
    }
  }
}
