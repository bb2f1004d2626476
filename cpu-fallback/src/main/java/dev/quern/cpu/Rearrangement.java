package dev.quern.cpu;

import java.util.Arrays;

/**
 * Copies elements from one order of axes to another, optionally adding up several sources:
 * transposes filters and activations, and sums the partial results of a cut reduction.
 *
 * <pre>
 * target[sum of index * target stride] = sum over p &lt; parts of source[sum of index * source stride + p * partStride]
 * </pre>
 */
final class Rearrangement implements WorkerPool.Loop {
  /** What an element takes, one by one as they are copied. */
  private static final double NANOS = 1.2;

  /**
   * One axis of the copy, in elements.
   *
   * @param extent its length
   * @param source stride in the source
   * @param target stride in the target
   */
  record Axis(int extent, long source, long target) {}

  private final int parts;
  private final long partStride;
  private final Axis[] outer;
  private final Axis inner;
  private final long units;
  private long source;
  private long target;

  /** A copy; the last axis is the innermost loop. */
  Rearrangement(Axis... axes) {
    this(1, 0, axes);
  }

  /** A sum over {@code parts} sources that lie {@code partStride} elements apart. */
  Rearrangement(int parts, long partStride, Axis... axes) {
    this.parts = parts;
    this.partStride = partStride;
    outer = Arrays.copyOf(axes, axes.length - 1);
    inner = axes[axes.length - 1];
    long product = 1;
    for (Axis axis : outer) {
      product *= axis.extent();
    }
    units = product;
  }

  /** Copies; addresses are in bytes. */
  void run(WorkerPool pool, long sourceAddress, long targetAddress) {
    source = sourceAddress;
    target = targetAddress;
    pool.run(units, NANOS * inner.extent() * parts, this);
  }

  @Override
  public void run(long from, long to, int worker) {
    for (long unit = from; unit < to; unit++) {
      long read = 0;
      long write = 0;
      long rest = unit;
      for (int i = outer.length - 1; i >= 0; i--) {
        long index = rest % outer[i].extent();
        rest /= outer[i].extent();
        read += index * outer[i].source();
        write += index * outer[i].target();
      }
      if (parts == 1) {
        copyRun(source + Float.BYTES * read, target + Float.BYTES * write);
      } else {
        sumRun(source + Float.BYTES * read, target + Float.BYTES * write);
      }
    }
  }

  private void copyRun(long read, long write) {
    long stepRead = Float.BYTES * inner.source();
    long stepWrite = Float.BYTES * inner.target();
    for (long k = 0; k < inner.extent(); k++) {
      NativeMemory.setFloat(write + k * stepWrite, NativeMemory.getFloat(read + k * stepRead));
    }
  }

  private void sumRun(long read, long write) {
    long stepPart = Float.BYTES * partStride;
    for (long k = 0; k < inner.extent(); k++) {
      long first = read + k * Float.BYTES * inner.source();
      float sum = 0;
      for (long p = 0; p < parts; p++) {
        sum += NativeMemory.getFloat(first + p * stepPart);
      }
      NativeMemory.setFloat(write + k * Float.BYTES * inner.target(), sum);
    }
  }
}
