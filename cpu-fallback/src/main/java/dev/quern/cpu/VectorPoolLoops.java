package dev.quern.cpu;

import static dev.quern.cpu.NativeMemory.ALL;
import static dev.quern.cpu.NativeMemory.ORDER;
import static dev.quern.cpu.VectorWidth.FLOATS;
import static dev.quern.cpu.VectorWidth.INTS;
import static dev.quern.cpu.VectorWidth.LANES;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link PoolLoops} over vectors of channels, for windows of any form. A later value beats an
 * earlier one by being larger, or NaN.
 */
final class VectorPoolLoops implements PoolLoops {

  @Override
  public void forward(PoolShape shape, long x, int from, int to, long y, long argmax) {
    int channels = shape.channels();
    int outputs = shape.columns().outputs();
    for (int p = from; p < to; p++) {
      for (int q = 0; q < outputs; q++) {
        long at = 4L * (p * outputs + q) * channels;
        forwardPixel(shape, x, p, q, y + at, argmax == 0 ? 0 : argmax + at);
      }
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

  @Override
  public void backward(PoolShape shape, long y, long argmax, long dy, int from, int to, long dx) {
    int width = shape.columns().size();
    for (int h = from; h < to; h++) {
      for (int w = 0; w < width; w++) {
        chosen(shape, y, argmax, dy, h, w, dx + 4L * (h * width + w) * shape.channels());
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
}
