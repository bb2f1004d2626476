package dev.quern.cpu;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.AveragePool2d;

/**
 * Average pooling by rows of the output, where windows are large by rows and some channels; its
 * gradient by rows of the input, so that each element is written once.
 */
final class CpuAveragePool2d extends AveragePool2d {
  private final WorkerPool pool;
  private final double forwardNanos;
  private final double backwardNanos;
  private final Forward forward;
  private final Backward backward;
  private final String implementation;

  CpuAveragePool2d(CpuDevice device, Spec spec) {
    super(device, spec);
    pool = device.pool();
    AverageShape shape = AverageShape.of(spec);
    Simd simd = device.simd();
    AverageLoops loops = loops(simd, shape);
    forward = new Forward(loops, shape);
    backward = new Backward(loops, shape);
    // An addition takes some 0.05 ns by vectors, 1 ns by single numbers.
    double nanos = simd.lanes() == 1 || loops instanceof ScalarAverageLoops ? 1 : 0.05;
    long taps = (long) spec.windowH() * spec.windowW();
    long outputs = (long) shape.pool().columns().outputs() * shape.channelsTogether();
    forwardNanos = nanos * taps * outputs;
    long spans = (long) shape.pool().rows().reach() * shape.pool().columns().reach();
    backwardNanos = nanos * spans * shape.pool().rowsTogether() * shape.pool().inputRow();
    implementation = simd.name() + ":" + name(shape);
  }

  /** Single channels and holes between taps have no vectors of channels: right, but slow. */
  private static AverageLoops loops(Simd simd, AverageShape shape) {
    PoolShape pool = shape.pool();
    if (pool.channels() == 1 && shape.whole()) {
      return new WholePlaneAverages(simd.elements());
    }
    if (pool.channels() == 1 || !shape.dense()) {
      return new ScalarAverageLoops();
    }
    return pool.pairs() ? simd.averagePairs() : simd.averages();
  }

  private static String name(AverageShape shape) {
    if (shape.pool().channels() > 1) {
      return shape.dense() ? "channels" : "elements";
    }
    return shape.whole() ? "planes" : "elements";
  }

  @Override
  public String implementation() {
    return implementation;
  }

  @Override
  protected void runForward(Stream stream, DeviceBuffer x, DeviceBuffer y) {
    forward.x = CpuBuffer.address(x);
    forward.y = CpuBuffer.address(y);
    pool.run(forward.units(), forwardNanos, forward);
  }

  @Override
  protected void runBackward(Stream stream, DeviceBuffer dy, DeviceBuffer dx) {
    backward.dy = CpuBuffer.address(dy);
    backward.dx = CpuBuffer.address(dx);
    pool.run(backward.units(), backwardNanos, backward);
  }

  /** A unit is a row of outputs, and of it some channels. */
  private static final class Forward implements WorkerPool.Loop {
    private final AverageLoops loops;
    private final AverageShape shape;
    private final int rows;
    private final int together;
    private final int shares;
    private long x;
    private long y;

    Forward(AverageLoops loops, AverageShape shape) {
      this.loops = loops;
      this.shape = shape;
      rows = shape.pool().rows().outputs();
      together = shape.channelsTogether();
      shares = Math.ceilDiv(shape.pool().channels(), together);
    }

    long units() {
      return (long) shape.pool().images() * rows * shares;
    }

    @Override
    public void run(long from, long to, int worker) {
      PoolShape images = shape.pool();
      for (long unit = from; unit < to; unit++) {
        int first = (int) (unit % shares) * together;
        int end = Math.min(first + together, images.channels());
        long row = unit / shares;
        long image = row / rows;
        long source = x + image * images.inputBytes();
        long target = y + image * images.outputBytes();
        loops.forward(shape, source, (int) (row % rows), first, end, target);
      }
    }
  }

  /** A unit is one row of inputs, or two under one row of outputs. */
  private static final class Backward implements WorkerPool.Loop {
    private final AverageLoops loops;
    private final AverageShape shape;
    private final int unitsOfImage;
    private long dy;
    private long dx;

    Backward(AverageLoops loops, AverageShape shape) {
      this.loops = loops;
      this.shape = shape;
      unitsOfImage = Math.ceilDiv(shape.pool().rows().size(), shape.pool().rowsTogether());
    }

    long units() {
      return (long) shape.pool().images() * unitsOfImage;
    }

    @Override
    public void run(long from, long to, int worker) {
      PoolShape images = shape.pool();
      int together = images.rowsTogether();
      long unit = from;
      while (unit < to) {
        long image = unit / unitsOfImage;
        long start = image * unitsOfImage;
        long end = Math.min(start + unitsOfImage, to);
        int first = (int) (unit - start) * together;
        int last = (int) Math.min((end - start) * together, images.rows().size());
        long source = dy + image * images.outputBytes();
        loops.backward(shape, source, first, last, dx + image * images.inputBytes());
        unit = end;
      }
    }
  }
}
