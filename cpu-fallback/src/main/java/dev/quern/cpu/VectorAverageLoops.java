package dev.quern.cpu;

import static dev.quern.cpu.NativeMemory.ALL;
import static dev.quern.cpu.NativeMemory.ORDER;
import static dev.quern.cpu.VectorWidth.BYTES;
import static dev.quern.cpu.VectorWidth.FLOATS;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * {@link AverageLoops} over vectors of channels, for dense windows of any form. A window is a few
 * runs of pixels: its rows, or all of it where it is as wide as the image. Runs are summed up piece
 * by piece, so that the error of a long one does not grow with its length but with the number of
 * its pieces.
 *
 * <p>The last vector of a pixel overlaps the one before it where channels are no multiple of the
 * lanes, as in {@link VectorPairLoops}, and for the same reasons.
 */
final class VectorAverageLoops implements AverageLoops {
  /** Pixels of a piece of a run. */
  private static final int PIECE = 64;

  private static final long FOUR = 4 * BYTES;

  @Override
  public void forward(AverageShape shape, long x, int row, int from, int to, long y) {
    PoolAxis rows = shape.pool().rows();
    PoolAxis columns = shape.pool().columns();
    long pixel = 4L * shape.pool().channels();
    long rest = (to - from) * 4L / FOUR * FOUR;
    long line = x + pixel * rows.firstInput(row) * columns.size() + 4L * from;
    long out = y + pixel * row * columns.outputs() + 4L * from;
    for (int q = 0; q < columns.outputs(); q++, out += pixel) {
      long window = line + pixel * columns.firstInput(q);
      if (rest > 0) {
        byFours(shape, window, row, q, rest, out);
      }
      if (rest < (to - from) * 4L) {
        byOnes(shape, window + rest, row, q, (to - from) * 4L - rest, out + rest);
      }
    }
  }

  /** Pixels of a run: a row of the window, or all of it where its rows lie end to end. */
  private static int runPixels(PoolShape pool, int p, int q) {
    int taps = pool.columns().taps(q);
    return taps == pool.columns().size() ? taps * pool.rows().taps(p) : taps;
  }

  /** A window's sums over {@code end} bytes of channels, four vectors at a time. */
  private static void byFours(AverageShape shape, long window, int p, int q, long end, long y) {
    long pixel = 4L * shape.pool().channels();
    long line = pixel * shape.pool().columns().size();
    int taps = runPixels(shape.pool(), p, q);
    long height = taps == 0 ? 0 : line * shape.pool().rows().taps(p);
    float divisor = shape.divisor(p, q);
    long step = Math.max(line, taps * pixel);
    for (long c = 0; c < end; c += FOUR) {
      FloatVector y0 = FloatVector.zero(FLOATS);
      FloatVector y1 = y0;
      FloatVector y2 = y0;
      FloatVector y3 = y0;
      for (long run = 0; run < height; run += step) {
        for (int piece = 0; piece < taps; piece += PIECE) {
          FloatVector s0 = FloatVector.zero(FLOATS);
          FloatVector s1 = s0;
          FloatVector s2 = s0;
          FloatVector s3 = s0;
          long at = window + c + run + piece * pixel;
          for (int s = Math.min(PIECE, taps - piece); s > 0; s--, at += pixel) {
            s0 = s0.add(fromMemorySegment(FLOATS, ALL, at, ORDER));
            s1 = s1.add(fromMemorySegment(FLOATS, ALL, at + BYTES, ORDER));
            s2 = s2.add(fromMemorySegment(FLOATS, ALL, at + 2 * BYTES, ORDER));
            s3 = s3.add(fromMemorySegment(FLOATS, ALL, at + 3 * BYTES, ORDER));
          }
          y0 = y0.add(s0);
          y1 = y1.add(s1);
          y2 = y2.add(s2);
          y3 = y3.add(s3);
        }
      }
      y0.div(divisor).intoMemorySegment(ALL, y + c, ORDER);
      y1.div(divisor).intoMemorySegment(ALL, y + c + BYTES, ORDER);
      y2.div(divisor).intoMemorySegment(ALL, y + c + 2 * BYTES, ORDER);
      y3.div(divisor).intoMemorySegment(ALL, y + c + 3 * BYTES, ORDER);
    }
  }

  /** The same, a vector at a time; two sums, since an addition takes four cycles. */
  private static void byOnes(AverageShape shape, long window, int p, int q, long end, long y) {
    long pixel = 4L * shape.pool().channels();
    long line = pixel * shape.pool().columns().size();
    int taps = runPixels(shape.pool(), p, q);
    long height = taps == 0 ? 0 : line * shape.pool().rows().taps(p);
    float divisor = shape.divisor(p, q);
    long step = Math.max(line, taps * pixel);
    long last = Math.max(end - BYTES, 0);
    VectorMask<Float> inside = FLOATS.indexInRange(0, (int) (end / Float.BYTES));
    for (long c = 0; ; c = Math.min(c + BYTES, last)) {
      FloatVector sum = FloatVector.zero(FLOATS);
      for (long run = 0; run < height; run += step) {
        for (int piece = 0; piece < taps; piece += PIECE) {
          FloatVector even = FloatVector.zero(FLOATS);
          FloatVector odd = even;
          long at = window + c + run + piece * pixel;
          int s = Math.min(PIECE, taps - piece);
          for (; s > 1; s -= 2, at += 2 * pixel) {
            even = even.add(fromMemorySegment(FLOATS, ALL, at, ORDER));
            odd = odd.add(fromMemorySegment(FLOATS, ALL, at + pixel, ORDER));
          }
          if (s > 0) {
            even = even.add(fromMemorySegment(FLOATS, ALL, at, ORDER));
          }
          sum = sum.add(even.add(odd));
        }
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
    for (int c = 0; c < channels; c += VectorWidth.LANES) {
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
