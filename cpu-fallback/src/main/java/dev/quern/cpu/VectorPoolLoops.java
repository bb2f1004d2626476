package dev.quern.cpu;

import static dev.quern.cpu.NativeMemory.ALL;
import static dev.quern.cpu.NativeMemory.ORDER;
import static dev.quern.cpu.VectorWidth.FLOATS;
import static dev.quern.cpu.VectorWidth.INTS;
import static dev.quern.cpu.VectorWidth.LANES;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.quern.kernels.MaxPool2d;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link PoolLoops} over vectors of channels. The usual windows of 2 x 2 are unrolled; all others
 * go through their taps. A later value beats an earlier one by being larger, or NaN.
 */
final class VectorPoolLoops implements PoolLoops {

  @Override
  public void forward(PoolShape shape, long x, int row, long y, long argmax) {
    if (!shape.pairs()) {
      int channels = shape.channels();
      for (int q = 0; q < shape.columns().outputs(); q++) {
        long at = 4L * q * channels;
        forwardPixel(shape, x, row, q, y + at, argmax == 0 ? 0 : argmax + at);
      }
    } else if (argmax == 0) {
      maximaOfPairs(shape, x, row, y);
    } else {
      choicesOfPairs(shape, x, row, y, argmax);
    }
  }

  /** One window of any form, for all channels. */
  private static void forwardPixel(PoolShape shape, long x, int p, int q, long y, long argmax) {
    PoolAxis rows = shape.rows();
    PoolAxis columns = shape.columns();
    int channels = shape.channels();
    int width = columns.size();
    int first = rows.firstInput(p) * width + columns.firstInput(q);
    int tapsH = rows.taps(p);
    int tapsW = columns.taps(q);
    boolean empty = tapsH == 0 || tapsW == 0;
    for (int c = 0; c < channels; c += LANES) {
      FloatVector best = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
      IntVector place = IntVector.broadcast(INTS, -1);
      if (!empty) { // the first tap wins even with minus infinity
        best = fromMemorySegment(FLOATS, ALL, x + 4L * first * channels + 4L * c, ORDER);
        place = IntVector.broadcast(INTS, first);
      }
      for (int r = 0; r < tapsH; r++) {
        int position = first + r * rows.dilation() * width;
        for (int s = 0; s < tapsW; s++, position += columns.dilation()) {
          FloatVector v =
              fromMemorySegment(FLOATS, ALL, x + 4L * position * channels + 4L * c, ORDER);
          VectorMask<Float> wins =
              v.compare(VectorOperators.GT, best).or(v.compare(VectorOperators.NE, v));
          best = best.blend(v, wins);
          place = place.blend(position, wins.cast(INTS));
        }
      }
      VectorMask<Float> inside = FLOATS.indexInRange(c, channels);
      best.intoMemorySegment(ALL, y + 4L * c, ORDER, inside);
      if (argmax != 0) {
        place.intoMemorySegment(ALL, argmax + 4L * c, ORDER, inside.cast(INTS));
      }
    }
  }

  private static void maximaOfPairs(PoolShape shape, long x, int row, long y) {
    int channels = shape.channels();
    long pixel = 4L * channels;
    long line = shape.columns().size() * pixel;
    long step = shape.columns().stride() * pixel;
    long window = x + shape.rows().firstInput(row) * line + shape.columns().firstInput(0) * pixel;
    for (int q = 0; q < shape.columns().outputs(); q++, window += step) {
      for (int c = 0; c < channels; c += LANES) {
        long at = window + 4L * c;
        FloatVector best = fromMemorySegment(FLOATS, ALL, at, ORDER);
        FloatVector v = fromMemorySegment(FLOATS, ALL, at + pixel, ORDER);
        best =
            best.blend(v, v.compare(VectorOperators.GT, best).or(v.compare(VectorOperators.NE, v)));
        v = fromMemorySegment(FLOATS, ALL, at + line, ORDER);
        best =
            best.blend(v, v.compare(VectorOperators.GT, best).or(v.compare(VectorOperators.NE, v)));
        v = fromMemorySegment(FLOATS, ALL, at + line + pixel, ORDER);
        best =
            best.blend(v, v.compare(VectorOperators.GT, best).or(v.compare(VectorOperators.NE, v)));
        long out = y + 4L * (q * channels + c);
        if (channels - c >= LANES) {
          best.intoMemorySegment(ALL, out, ORDER);
        } else {
          best.intoMemorySegment(ALL, out, ORDER, FLOATS.indexInRange(c, channels));
        }
      }
    }
  }

  private static void choicesOfPairs(PoolShape shape, long x, int row, long y, long argmax) {
    int channels = shape.channels();
    int width = shape.columns().size();
    long pixel = 4L * channels;
    long line = width * pixel;
    int position = shape.rows().firstInput(row) * width + shape.columns().firstInput(0);
    for (int q = 0; q < shape.columns().outputs(); q++, position += shape.columns().stride()) {
      for (int c = 0; c < channels; c += LANES) {
        long at = x + position * pixel + 4L * c;
        FloatVector best = fromMemorySegment(FLOATS, ALL, at, ORDER);
        FloatVector v = fromMemorySegment(FLOATS, ALL, at + pixel, ORDER);
        VectorMask<Float> wins =
            v.compare(VectorOperators.GT, best).or(v.compare(VectorOperators.NE, v));
        best = best.blend(v, wins);
        IntVector place = IntVector.zero(INTS).blend(1, wins.cast(INTS));
        v = fromMemorySegment(FLOATS, ALL, at + line, ORDER);
        wins = v.compare(VectorOperators.GT, best).or(v.compare(VectorOperators.NE, v));
        best = best.blend(v, wins);
        place = place.blend(width, wins.cast(INTS));
        v = fromMemorySegment(FLOATS, ALL, at + line + pixel, ORDER);
        wins = v.compare(VectorOperators.GT, best).or(v.compare(VectorOperators.NE, v));
        best = best.blend(v, wins);
        place = place.blend(width + 1, wins.cast(INTS)).add(position);
        long out = 4L * (q * channels + c);
        if (channels - c >= LANES) {
          best.intoMemorySegment(ALL, y + out, ORDER);
          place.intoMemorySegment(ALL, argmax + out, ORDER);
        } else {
          best.intoMemorySegment(ALL, y + out, ORDER, FLOATS.indexInRange(c, channels));
          place.intoMemorySegment(ALL, argmax + out, ORDER, INTS.indexInRange(c, channels));
        }
      }
    }
  }

  @Override
  public void backward(PoolShape shape, long y, long argmax, long dy, int row, long dx) {
    PoolAxis rows = shape.rows();
    PoolAxis columns = shape.columns();
    int p = rows.firstOutput(row);
    int w = 0;
    if (shape.pairs() && columns.stride() == 2 && rows.endOutput(row) == p + 1) {
      long line = 4L * p * shape.outputRow();
      chosenOfPairs(shape, y == 0 ? 0 : y + line, argmax + line, dy + line, row, dx);
      w = 2 * columns.outputs();
    }
    for (; w < columns.size(); w++) {
      chosen(shape, y, argmax, dy, row, w, dx + 4L * w * shape.channels());
    }
  }

  /** The pixels of a row that lie in neighbouring windows of two; addresses are of output rows. */
  private static void chosenOfPairs(PoolShape shape, long y, long argmax, long dy, int h, long dx) {
    int channels = shape.channels();
    int position = h * shape.columns().size();
    FloatVector zero = FloatVector.zero(FLOATS);
    for (int q = 0; q < shape.columns().outputs(); q++, position += 2) {
      for (int c = 0; c < channels; c += LANES) {
        long at = 4L * (q * channels + c);
        IntVector winner = IntVector.fromMemorySegment(INTS, ALL, argmax + at, ORDER);
        FloatVector gradient = fromMemorySegment(FLOATS, ALL, dy + at, ORDER);
        if (y != 0) {
          FloatVector out = fromMemorySegment(FLOATS, ALL, y + at, ORDER);
          gradient = zero.blend(gradient, out.compare(VectorOperators.GT, 0));
        }
        VectorMask<Integer> left = winner.compare(VectorOperators.EQ, position);
        VectorMask<Integer> right = winner.compare(VectorOperators.EQ, position + 1);
        FloatVector first = zero.blend(gradient, left.cast(FLOATS));
        FloatVector second = zero.blend(gradient, right.cast(FLOATS));
        long in = dx + 4L * (2 * q * channels + c);
        long next = in + 4L * channels;
        if (channels - c >= LANES) {
          first.intoMemorySegment(ALL, in, ORDER);
          second.intoMemorySegment(ALL, next, ORDER);
        } else {
          VectorMask<Float> inside = FLOATS.indexInRange(c, channels);
          first.intoMemorySegment(ALL, in, ORDER, inside);
          second.intoMemorySegment(ALL, next, ORDER, inside);
        }
      }
    }
  }

  /** One pixel, which any number of outputs may span. */
  private static void chosen(PoolShape shape, long y, long argmax, long dy, int h, int w, long dx) {
    PoolAxis rows = shape.rows();
    PoolAxis columns = shape.columns();
    int channels = shape.channels();
    int position = h * columns.size() + w;
    for (int c = 0; c < channels; c += LANES) {
      FloatVector sum = FloatVector.zero(FLOATS);
      for (int p = rows.firstOutput(h); p < rows.endOutput(h); p++) {
        for (int q = columns.firstOutput(w); q < columns.endOutput(w); q++) {
          long at = 4L * ((p * columns.outputs() + q) * channels + c);
          VectorMask<Float> here =
              IntVector.fromMemorySegment(INTS, ALL, argmax + at, ORDER)
                  .compare(VectorOperators.EQ, position)
                  .cast(FLOATS);
          if (y != 0) {
            FloatVector out = fromMemorySegment(FLOATS, ALL, y + at, ORDER);
            here = here.and(out.compare(VectorOperators.GT, 0));
          }
          sum = sum.add(fromMemorySegment(FLOATS, ALL, dy + at, ORDER), here);
        }
      }
      sum.intoMemorySegment(ALL, dx + 4L * c, ORDER, FLOATS.indexInRange(c, channels));
    }
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
              loops.forward(shape, x, 0, y, argmax);
              loops.forward(shape, x, 0, y, 0);
              loops.backward(shape, y, argmax, y, 0, dx);
            }
          });
    }
  }
}
