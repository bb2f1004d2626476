package dev.quern.cpu;

import static dev.quern.cpu.NativeMemory.ALL;
import static dev.quern.cpu.NativeMemory.ORDER;
import static dev.quern.cpu.VectorWidth.BYTES;
import static dev.quern.cpu.VectorWidth.FLOATS;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * {@link AverageLoops} for {@link PoolShape#pairs()}, the usual pooling, over vectors of channels.
 * All windows are divided by 4, or by 1: multiplying by the inverse is exact. The loops step
 * through a pixel as those of {@link VectorPairLoops} do, which says why.
 */
final class VectorAveragePairLoops implements AverageLoops {
  private static final ElementLoops ELEMENTS = new VectorElementLoops();

  @Override
  public void forward(AverageShape shape, long x, int row, int from, int to, long y) {
    long pixel = 4L * shape.pool().channels();
    long line = pixel * shape.pool().columns().size();
    long end = 4L * (to - from);
    long last = Math.max(end - BYTES, 0);
    VectorMask<Float> inside = FLOATS.indexInRange(0, to - from);
    float factor = 1 / shape.divisor(0, 0);
    long window = x + 2L * row * line + 4L * from;
    int outputs = shape.pool().columns().outputs();
    long out = y + pixel * row * outputs + 4L * from;
    for (int q = 0; q < outputs; q++, window += 2 * pixel, out += pixel) {
      for (long c = 0; ; c = Math.min(c + BYTES, last)) {
        FloatVector sum =
            fromMemorySegment(FLOATS, ALL, window + c, ORDER)
                .add(fromMemorySegment(FLOATS, ALL, window + pixel + c, ORDER));
        FloatVector low =
            fromMemorySegment(FLOATS, ALL, window + line + c, ORDER)
                .add(fromMemorySegment(FLOATS, ALL, window + line + pixel + c, ORDER));
        sum = sum.add(low).mul(factor);
        if (end < BYTES) {
          sum.intoMemorySegment(ALL, out, ORDER, inside);
        } else {
          sum.intoMemorySegment(ALL, out + c, ORDER);
        }
        if (c == last) {
          break;
        }
      }
    }
  }

  @Override
  public void backward(AverageShape shape, long dy, int from, int to, long dx) {
    PoolShape pool = shape.pool();
    long line = 4L * pool.inputRow();
    int end = Math.min(to / 2, pool.rows().outputs());
    for (int p = from / 2; p < end; p++) {
      spread(shape, dy + 4L * p * pool.outputRow(), dx + 2L * p * line);
    }
    for (int h = Math.max(from, 2 * end); h < to; h++) { // what no window holds
      ELEMENTS.fill(dx + h * line, pool.inputRow(), 0);
    }
  }

  /** Both input rows under a row of outputs; addresses are of rows. */
  private static void spread(AverageShape shape, long dy, long dx) {
    PoolShape pool = shape.pool();
    long pixel = 4L * pool.channels();
    long line = 4L * pool.inputRow();
    long last = Math.max(pixel - BYTES, 0);
    VectorMask<Float> inside = FLOATS.indexInRange(0, pool.channels());
    float factor = 1 / shape.divisor(0, 0);
    int outputs = pool.columns().outputs();
    long window = dx;
    long out = dy;
    for (int q = 0; q < outputs; q++, window += 2 * pixel, out += pixel) {
      for (long c = 0; ; c = Math.min(c + BYTES, last)) {
        FloatVector gradient = fromMemorySegment(FLOATS, ALL, out + c, ORDER).mul(factor);
        if (pixel < BYTES) {
          gradient.intoMemorySegment(ALL, window, ORDER, inside);
          gradient.intoMemorySegment(ALL, window + pixel, ORDER, inside);
          gradient.intoMemorySegment(ALL, window + line, ORDER, inside);
          gradient.intoMemorySegment(ALL, window + line + pixel, ORDER, inside);
        } else {
          gradient.intoMemorySegment(ALL, window + c, ORDER);
          gradient.intoMemorySegment(ALL, window + pixel + c, ORDER);
          gradient.intoMemorySegment(ALL, window + line + c, ORDER);
          gradient.intoMemorySegment(ALL, window + line + pixel + c, ORDER);
        }
        if (c == last) {
          break;
        }
      }
    }
    int rest = (int) ((dx + line - window) / Float.BYTES);
    if (rest > 0) { // a column that no window holds
      ELEMENTS.fill(window, rest, 0);
      ELEMENTS.fill(window + line, rest, 0);
    }
  }
}
