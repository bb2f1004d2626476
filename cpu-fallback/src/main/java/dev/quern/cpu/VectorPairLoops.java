package dev.quern.cpu;

import static dev.quern.cpu.NativeMemory.ALL;
import static dev.quern.cpu.NativeMemory.ORDER;
import static dev.quern.cpu.VectorWidth.BYTES;
import static dev.quern.cpu.VectorWidth.FLOATS;
import static dev.quern.cpu.VectorWidth.INTS;
import static dev.quern.cpu.VectorWidth.LANES;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.NE;

import dev.quern.kernels.MaxPool2d;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/**
 * {@link PoolLoops} for {@link PoolShape#pairs()}, the usual pooling, over vectors of channels. A
 * later value beats an earlier one by being larger, or NaN.
 *
 * <p>A pixel has few vectors. A loop that counts over them is split by the compiler (C2) into
 * three, before, within and behind what needs no checks of addresses; for 2 or 4 turns that costs
 * as much as the work. Whether C2 did so hung on what a process had run before. So the loops here
 * step by {@code min(c + BYTES, last)}, which C2 does not take for counting: the last vector of a
 * pixel overlaps the one before it where the channels are no multiple of the lanes. Only pixels of
 * less than a vector need a mask.
 */
final class VectorPairLoops implements PoolLoops {

  @Override
  public void forward(PoolShape shape, long x, int from, int to, long y, long argmax) {
    for (int p = from; p < to; p++) {
      long row = 4L * p * shape.outputRow();
      if (argmax == 0) {
        maxima(shape, x, p, y + row);
      } else {
        choices(shape, x, p, y + row, argmax + row);
      }
    }
  }

  /** Offset of the last vector of a pixel, in bytes. */
  private static long lastVector(PoolShape shape) {
    return Math.max(4L * shape.channels() - BYTES, 0);
  }

  private static void maxima(PoolShape shape, long x, int row, long y) {
    long pixel = 4L * shape.channels();
    long line = shape.columns().size() * pixel;
    long last = lastVector(shape);
    boolean narrow = pixel < BYTES;
    VectorMask<Float> inside = FLOATS.indexInRange(0, shape.channels());
    long window = x + 2L * row * line;
    long out = y;
    for (int q = 0; q < shape.columns().outputs(); q++, window += 2 * pixel, out += pixel) {
      for (long c = 0; ; c = Math.min(c + BYTES, last)) {
        FloatVector best = fromMemorySegment(FLOATS, ALL, window + c, ORDER);
        FloatVector v = fromMemorySegment(FLOATS, ALL, window + pixel + c, ORDER);
        best = best.blend(v, v.compare(GT, best).or(v.compare(NE, v)));
        v = fromMemorySegment(FLOATS, ALL, window + line + c, ORDER);
        best = best.blend(v, v.compare(GT, best).or(v.compare(NE, v)));
        v = fromMemorySegment(FLOATS, ALL, window + line + pixel + c, ORDER);
        best = best.blend(v, v.compare(GT, best).or(v.compare(NE, v)));
        if (narrow) {
          best.intoMemorySegment(ALL, out, ORDER, inside);
        } else {
          best.intoMemorySegment(ALL, out + c, ORDER);
        }
        if (c == last) {
          break;
        }
      }
    }
  }

  private static void choices(PoolShape shape, long x, int row, long y, long argmax) {
    int width = shape.columns().size();
    long pixel = 4L * shape.channels();
    long line = width * pixel;
    long last = lastVector(shape);
    boolean narrow = pixel < BYTES;
    VectorMask<Float> inside = FLOATS.indexInRange(0, shape.channels());
    int position = 2 * row * width;
    long out = 0;
    for (int q = 0; q < shape.columns().outputs(); q++, position += 2, out += pixel) {
      long window = x + position * pixel;
      for (long c = 0; ; c = Math.min(c + BYTES, last)) {
        FloatVector best = fromMemorySegment(FLOATS, ALL, window + c, ORDER);
        FloatVector v = fromMemorySegment(FLOATS, ALL, window + pixel + c, ORDER);
        VectorMask<Float> wins = v.compare(GT, best).or(v.compare(NE, v));
        best = best.blend(v, wins);
        IntVector place = IntVector.zero(INTS).blend(1, wins.cast(INTS));
        v = fromMemorySegment(FLOATS, ALL, window + line + c, ORDER);
        wins = v.compare(GT, best).or(v.compare(NE, v));
        best = best.blend(v, wins);
        place = place.blend(width, wins.cast(INTS));
        v = fromMemorySegment(FLOATS, ALL, window + line + pixel + c, ORDER);
        wins = v.compare(GT, best).or(v.compare(NE, v));
        best = best.blend(v, wins);
        place = place.blend(width + 1, wins.cast(INTS)).add(position);
        if (narrow) {
          best.intoMemorySegment(ALL, y + out, ORDER, inside);
          place.intoMemorySegment(ALL, argmax + out, ORDER, inside.cast(INTS));
        } else {
          best.intoMemorySegment(ALL, y + out + c, ORDER);
          place.intoMemorySegment(ALL, argmax + out + c, ORDER);
        }
        if (c == last) {
          break;
        }
      }
    }
  }

  @Override
  public void backward(PoolShape shape, long y, long argmax, long dy, int from, int to, long dx) {
    long line = 4L * shape.inputRow();
    long covered = 2 * 4L * shape.outputRow();
    int p = from / 2;
    for (; p < Math.min(to / 2, shape.rows().outputs()); p++) {
      long row = 4L * p * shape.outputRow();
      long in = dx + 2L * p * line;
      chosen(shape, y == 0 ? 0 : y + row, argmax + row, dy + row, p, in);
      if (covered < line) {
        clear(in + covered, in + line);
        clear(in + line + covered, in + 2 * line);
      }
    }
    if (2 * p < to) {
      clear(dx + 2L * p * line, dx + to * line);
    }
  }

  /** Both input rows under a row of outputs; addresses are of rows. */
  private static void chosen(PoolShape shape, long y, long argmax, long dy, int row, long dx) {
    int width = shape.columns().size();
    long pixel = 4L * shape.channels();
    long line = width * pixel;
    long last = lastVector(shape);
    boolean narrow = pixel < BYTES;
    VectorMask<Float> inside = FLOATS.indexInRange(0, shape.channels());
    FloatVector zero = FloatVector.zero(FLOATS);
    int position = 2 * row * width;
    long out = 0;
    for (int q = 0; q < shape.columns().outputs(); q++, position += 2, out += pixel) {
      for (long c = 0; ; c = Math.min(c + BYTES, last)) {
        long at = out + c;
        IntVector tap = IntVector.fromMemorySegment(INTS, ALL, argmax + at, ORDER).sub(position);
        FloatVector gradient = fromMemorySegment(FLOATS, ALL, dy + at, ORDER);
        if (y != 0) {
          VectorMask<Float> passes = fromMemorySegment(FLOATS, ALL, y + at, ORDER).compare(GT, 0);
          gradient = zero.blend(gradient, passes);
        }
        FloatVector topLeft = zero.blend(gradient, tap.compare(EQ, 0).cast(FLOATS));
        FloatVector topRight = zero.blend(gradient, tap.compare(EQ, 1).cast(FLOATS));
        FloatVector lowLeft = zero.blend(gradient, tap.compare(EQ, width).cast(FLOATS));
        FloatVector lowRight = zero.blend(gradient, tap.compare(EQ, width + 1).cast(FLOATS));
        long window = dx + 2 * out + c;
        if (narrow) {
          topLeft.intoMemorySegment(ALL, window, ORDER, inside);
          topRight.intoMemorySegment(ALL, window + pixel, ORDER, inside);
          lowLeft.intoMemorySegment(ALL, window + line, ORDER, inside);
          lowRight.intoMemorySegment(ALL, window + line + pixel, ORDER, inside);
        } else {
          topLeft.intoMemorySegment(ALL, window, ORDER);
          topRight.intoMemorySegment(ALL, window + pixel, ORDER);
          lowLeft.intoMemorySegment(ALL, window + line, ORDER);
          lowRight.intoMemorySegment(ALL, window + line + pixel, ORDER);
        }
        if (c == last) {
          break;
        }
      }
    }
  }

  /** Writes zeros to what no window covers. */
  private static void clear(long from, long end) {
    FloatVector zero = FloatVector.zero(FLOATS);
    if (end - from < BYTES) {
      int count = (int) (end - from) / Float.BYTES;
      zero.intoMemorySegment(ALL, from, ORDER, FLOATS.indexInRange(0, count));
      return;
    }
    for (long at = from; at < end - BYTES; at += BYTES) {
      zero.intoMemorySegment(ALL, at, ORDER);
    }
    zero.intoMemorySegment(ALL, end - BYTES, ORDER);
  }

  /** Pools a made-up image by windows of 2 x 2 until that is compiled, for {@link Warming}. */
  static boolean exercise(PoolLoops loops) {
    int pixels = 64;
    int channels = 2 * LANES;
    PoolShape shape =
        PoolShape.of(MaxPool2d.builder().input(1, channels, 2, pixels).reluInput(true).build());
    long image = 4L * 2 * pixels * channels;
    long outputs = image / 4;
    try (NativeBlock block = new NativeBlock(2 * image + 2 * outputs)) {
      long x = block.address();
      long y = x + image;
      long argmax = y + outputs;
      long dx = argmax + outputs;
      return Warming.untilCompiled(
          3L * 10 * image / VectorWidth.BYTES,
          () -> {
            for (int run = 0; run < 10; run++) {
              loops.forward(shape, x, 0, 1, y, argmax);
              loops.forward(shape, x, 0, 1, y, 0);
              loops.backward(shape, y, argmax, y, 0, 2, dx);
            }
          });
    }
  }
}
