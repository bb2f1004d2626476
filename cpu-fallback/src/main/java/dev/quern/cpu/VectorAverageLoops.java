package dev.quern.cpu;

import static dev.quern.cpu.NativeMemory.ALL;
import static dev.quern.cpu.NativeMemory.ORDER;
import static dev.quern.cpu.VectorWidth.BYTES;
import static dev.quern.cpu.VectorWidth.FLOATS;
import static dev.quern.cpu.VectorWidth.LANES;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * {@link AverageLoops} over vectors of channels, for dense windows of any form. Windows are summed
 * up row by row or piece by piece, and these sums then: so the error grows more slowly than that of
 * one long chain.
 *
 * <p>The last vector of a pixel overlaps the one before it where channels are no multiple of the
 * lanes, as in {@link VectorPairLoops}, and for the same reasons.
 */
final class VectorAverageLoops implements AverageLoops {
  private static final ElementLoops ELEMENTS = new VectorElementLoops();

  /** Taps from which on a window is summed up into memory, piece by piece. */
  private static final int MANY = 16;

  /**
   * Pixels of a piece, which are read side by side: 32x7x7x512 took 31 to 35 us with 8, 16 or 32 of
   * them, and 39 with 64 (two Zen 4 cores); longer pieces leave fewer roundings in {@code y}.
   */
  private static final int PIECE = 32;

  /**
   * Vectors of a pixel from which on a plain counting loop is better: at 32 of them 40 instead of
   * 84 us for the gradient of 32x7x7x512 under one window (two Zen 4 cores).
   */
  private static final long WIDE = 8;

  @Override
  public void forward(AverageShape shape, long x, int row, int from, int to, long y) {
    PoolAxis rows = shape.pool().rows();
    PoolAxis columns = shape.pool().columns();
    long pixel = 4L * shape.pool().channels();
    long line = x + pixel * rows.firstInput(row) * columns.size() + 4L * from;
    long out = y + pixel * row * columns.outputs() + 4L * from;
    for (int q = 0; q < columns.outputs(); q++, out += pixel) {
      long window = line + pixel * columns.firstInput(q);
      if (rows.taps(row) * columns.taps(q) < MANY) {
        small(shape, window, row, q, to - from, out);
      } else {
        large(shape, window, row, q, to - from, out);
      }
    }
  }

  /** A window of few taps, a vector of channels after the other. */
  private static void small(AverageShape shape, long window, int p, int q, int channels, long y) {
    long pixel = 4L * shape.pool().channels();
    long line = pixel * shape.pool().columns().size();
    int runs = shape.pool().rows().taps(p);
    int taps = shape.pool().columns().taps(q);
    float divisor = shape.divisor(p, q);
    long end = 4L * channels;
    long last = Math.max(end - BYTES, 0);
    VectorMask<Float> inside = FLOATS.indexInRange(0, channels);
    for (long c = 0; ; c = Math.min(c + BYTES, last)) {
      FloatVector sum = FloatVector.zero(FLOATS);
      for (int r = 0; r < runs; r++) {
        FloatVector run = FloatVector.zero(FLOATS);
        for (int s = 0; s < taps; s++) {
          run = run.add(fromMemorySegment(FLOATS, ALL, window + c + r * line + s * pixel, ORDER));
        }
        sum = sum.add(run);
      }
      if (end < BYTES) {
        sum.div(divisor).intoMemorySegment(ALL, y, ORDER, inside);
      } else {
        sum.div(divisor).intoMemorySegment(ALL, y + c, ORDER);
      }
      if (c == last) {
        break;
      }
    }
  }

  /** A window of many taps. It is read in the order of its memory, or nearly so. */
  private static void large(AverageShape shape, long window, int p, int q, int channels, long y) {
    PoolShape pool = shape.pool();
    long pixel = 4L * pool.channels();
    int runs = pool.rows().taps(p);
    int taps = pool.columns().taps(q);
    if (taps == pool.columns().size()) { // rows lie end to end
      taps *= runs;
      runs = 1;
    }
    ELEMENTS.fill(y, channels, 0);
    for (int r = 0; r < runs; r++) {
      long run = window + pixel * r * pool.columns().size();
      for (int s = 0; s < taps; s += PIECE) {
        addUp(run + s * pixel, Math.min(PIECE, taps - s), pixel, channels, y);
      }
    }
    divide(y, channels, shape.divisor(p, q));
  }

  /** Adds the sum of some pixels to {@code y}. */
  private static void addUp(long x, int pixels, long pixel, int channels, long y) {
    for (int c = 0; c < channels; c += LANES) {
      FloatVector sum = FloatVector.zero(FLOATS);
      for (int s = 0; s < pixels; s++) {
        sum = sum.add(fromMemorySegment(FLOATS, ALL, x + 4L * c + s * pixel, ORDER));
      }
      sum = sum.add(fromMemorySegment(FLOATS, ALL, y + 4L * c, ORDER));
      if (c <= channels - LANES) {
        sum.intoMemorySegment(ALL, y + 4L * c, ORDER);
      } else {
        sum.intoMemorySegment(ALL, y + 4L * c, ORDER, FLOATS.indexInRange(c, channels));
      }
    }
  }

  private static void divide(long y, int channels, float divisor) {
    for (int c = 0; c < channels; c += LANES) {
      FloatVector average = fromMemorySegment(FLOATS, ALL, y + 4L * c, ORDER).div(divisor);
      average.intoMemorySegment(ALL, y + 4L * c, ORDER, FLOATS.indexInRange(c, channels));
    }
  }

  @Override
  public void backward(AverageShape shape, long dy, int from, int to, long dx) {
    PoolAxis rows = shape.pool().rows();
    PoolAxis columns = shape.pool().columns();
    long pixel = 4L * shape.pool().channels();
    long in = dx + pixel * from * columns.size();
    for (int h = from; h < to; h++) {
      int p = rows.firstOutput(h);
      boolean oneRow = rows.endOutput(h) == p + 1;
      for (int w = 0; w < columns.size(); w++, in += pixel) {
        int q = columns.firstOutput(w);
        if (oneRow && columns.endOutput(w) == q + 1) {
          long out = dy + pixel * ((long) p * columns.outputs() + q);
          scale(out, 1 / shape.divisor(p, q), in, pixel);
        } else if (shape.evenDivisor(h, w) > 0) {
          evenly(shape, dy, h, w, in);
        } else {
          unevenly(shape, dy, h, w, in);
        }
      }
    }
  }

  /** A pixel in one window. */
  private static void scale(long dy, float factor, long dx, long bytes) {
    if (bytes >= WIDE * BYTES) {
      ELEMENTS.scale(dy, dx, (int) (bytes / Float.BYTES), factor, 0);
      return;
    }
    long last = Math.max(bytes - BYTES, 0);
    VectorMask<Float> inside = FLOATS.indexInRange(0, (int) (bytes / Float.BYTES));
    for (long c = 0; ; c = Math.min(c + BYTES, last)) {
      FloatVector gradient = fromMemorySegment(FLOATS, ALL, dy + c, ORDER).mul(factor);
      if (bytes < BYTES) {
        gradient.intoMemorySegment(ALL, dx, ORDER, inside);
      } else {
        gradient.intoMemorySegment(ALL, dx + c, ORDER);
      }
      if (c == last) {
        break;
      }
    }
  }

  /** A pixel in any number of windows that divide alike. */
  private static void evenly(AverageShape shape, long dy, int h, int w, long dx) {
    PoolAxis rows = shape.pool().rows();
    PoolAxis columns = shape.pool().columns();
    long pixel = 4L * shape.pool().channels();
    long last = Math.max(pixel - BYTES, 0);
    VectorMask<Float> inside = FLOATS.indexInRange(0, shape.pool().channels());
    float factor = 1 / shape.evenDivisor(h, w);
    for (long c = 0; ; c = Math.min(c + BYTES, last)) {
      FloatVector sum = FloatVector.zero(FLOATS);
      for (int p = rows.firstOutput(h); p < rows.endOutput(h); p++) {
        long line = dy + c + pixel * p * columns.outputs();
        for (int q = columns.firstOutput(w); q < columns.endOutput(w); q++) {
          sum = sum.add(fromMemorySegment(FLOATS, ALL, line + pixel * q, ORDER));
        }
      }
      if (pixel < BYTES) {
        sum.mul(factor).intoMemorySegment(ALL, dx, ORDER, inside);
      } else {
        sum.mul(factor).intoMemorySegment(ALL, dx + c, ORDER);
      }
      if (c == last) {
        break;
      }
    }
  }

  /** A pixel near an edge, in windows that divide by different numbers. */
  private static void unevenly(AverageShape shape, long dy, int h, int w, long dx) {
    PoolAxis rows = shape.pool().rows();
    PoolAxis columns = shape.pool().columns();
    int channels = shape.pool().channels();
    for (int c = 0; c < channels; c += LANES) {
      FloatVector sum = FloatVector.zero(FLOATS);
      for (int p = rows.firstOutput(h); p < rows.endOutput(h); p++) {
        for (int q = columns.firstOutput(w); q < columns.endOutput(w); q++) {
          long at = dy + 4L * (p * columns.outputs() + q) * channels + 4L * c;
          sum = sum.add(fromMemorySegment(FLOATS, ALL, at, ORDER).div(shape.divisor(p, q)));
        }
      }
      sum.intoMemorySegment(ALL, dx + 4L * c, ORDER, FLOATS.indexInRange(c, channels));
    }
  }
}
