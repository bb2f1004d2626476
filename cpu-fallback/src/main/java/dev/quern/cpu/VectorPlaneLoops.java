package dev.quern.cpu;

import static dev.quern.cpu.NativeMemory.ALL;
import static dev.quern.cpu.NativeMemory.ORDER;
import static dev.quern.cpu.NativeMemory.getFloat;
import static dev.quern.cpu.NativeMemory.getInt;
import static dev.quern.cpu.VectorWidth.BYTES;
import static dev.quern.cpu.VectorWidth.FLOATS;
import static dev.quern.cpu.VectorWidth.INTS;
import static dev.quern.cpu.VectorWidth.LANES;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * {@link PoolLoops} for images of one channel, over vectors of columns. Windows 1 or 2 columns
 * apart, which nearly all are, are vectorised; others, and windows that hang over the left or right
 * edge, go through the scalar loops.
 */
final class VectorPlaneLoops implements PoolLoops {
  private static final ScalarPoolLoops REST = new ScalarPoolLoops();
  private static final IntVector LANE = IntVector.zero(INTS).addIndex(1);

  /** Lanes 0 2 4 ..., over and over: the even lanes in either half. */
  private static final VectorShuffle<Float> EVEN =
      VectorShuffle.fromOp(FLOATS, lane -> 2 * lane % LANES);

  private static final VectorMask<Float> UPPER =
      VectorMask.fromLong(FLOATS, ((1L << LANES) - 1) & -(1L << (LANES / 2)));

  /** Lanes 0 0 1 1 2 2 ... of a vector of floats, and of one of ints. */
  private static final VectorShuffle<Float> TWICE = VectorShuffle.fromOp(FLOATS, lane -> lane / 2);

  private static final VectorShuffle<Integer> INTS_TWICE =
      VectorShuffle.fromOp(INTS, lane -> lane / 2);

  @Override
  public void forward(PoolShape shape, long x, int from, int to, long y, long argmax) {
    for (int p = from; p < to; p++) {
      long at = 4L * p * shape.outputRow();
      forwardRow(shape, x, p, y + at, argmax == 0 ? 0 : argmax + at);
    }
  }

  private static void forwardRow(PoolShape shape, long x, int row, long y, long argmax) {
    PoolAxis columns = shape.columns();
    int first = columns.firstWhole();
    int end = columns.endWhole();
    if (columns.stride() > 2 || shape.rows().taps(row) == 0) {
      end = first;
    }
    for (int q = first; q < end; q += LANES) {
      forwardColumns(shape, x, row, q, y, argmax);
    }
    for (int q = 0; q < columns.outputs(); q++) {
      if (q < first || q >= end) {
        long place = argmax == 0 ? 0 : argmax + 4L * q;
        forwardElement(shape, x, row, q, y + 4L * q, place);
      }
    }
  }

  /**
   * As many neighbouring windows as a vector has lanes; those behind the last whole one are lost.
   */
  private static void forwardColumns(PoolShape shape, long x, int p, int q, long y, long argmax) {
    PoolAxis rows = shape.rows();
    PoolAxis columns = shape.columns();
    boolean apart = columns.stride() == 2;
    int first = rows.firstInput(p) * columns.size() + columns.firstInput(q);
    int tapsW = columns.taps(q);
    FloatVector best = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
    IntVector place = IntVector.zero(INTS);
    for (int r = 0; r < rows.taps(p); r++) {
      int offset = r * rows.dilation() * columns.size();
      for (int s = 0; s < tapsW; s++, offset += columns.dilation()) {
        FloatVector v = fromMemorySegment(FLOATS, ALL, x + 4L * (first + offset), ORDER);
        if (apart) {
          FloatVector next =
              fromMemorySegment(FLOATS, ALL, x + 4L * (first + offset) + BYTES, ORDER);
          v = v.rearrange(EVEN).blend(next.rearrange(EVEN), UPPER);
        }
        VectorMask<Float> wins =
            v.compare(VectorOperators.GT, best).or(v.compare(VectorOperators.NE, v));
        best = best.blend(v, wins);
        place = place.blend(offset, wins.cast(INTS)); // the first tap where all are -infinity: 0
      }
    }
    VectorMask<Float> inside = FLOATS.indexInRange(q, columns.endWhole());
    best.intoMemorySegment(ALL, y + 4L * q, ORDER, inside);
    if (argmax != 0) {
      place
          .add(LANE.mul(columns.stride()))
          .add(first)
          .intoMemorySegment(ALL, argmax + 4L * q, ORDER, inside.cast(INTS));
    }
  }

  @Override
  public void backward(PoolShape shape, long y, long argmax, long dy, int from, int to, long dx) {
    if (shape.columns().stride() > 2) {
      REST.backward(shape, y, argmax, dy, from, to, dx);
      return;
    }
    for (int h = from; h < to; h++) {
      backwardRow(shape, y, argmax, dy, h, dx + 4L * h * shape.inputRow());
    }
  }

  private static void backwardRow(PoolShape shape, long y, long argmax, long dy, int row, long dx) {
    PoolAxis columns = shape.columns();
    int first = columns.stride() == 2 ? columns.padding() % 2 : 0;
    if (first == 1) {
      NativeMemory.setFloat(dx, gradient(shape, y, argmax, dy, row, 0));
    }
    for (int w = first; w < columns.size(); w += LANES) {
      backwardColumns(shape, y, argmax, dy, row, w, dx + 4L * w);
    }
  }

  /**
   * As many neighbouring pixels as a vector has lanes; {@code w + padding} is a multiple of the
   * stride. All pixels take a step through the outputs that may span them together: lane by lane
   * the same number of outputs behind the last one.
   */
  private static void backwardColumns(
      PoolShape shape, long y, long argmax, long dy, int h, int w, long dx) {
    PoolAxis rows = shape.rows();
    PoolAxis columns = shape.columns();
    boolean apart = columns.stride() == 2;
    int last = (w + columns.padding()) / columns.stride();
    int first = Math.max(last - columns.reach() + 1, 1 - LANES);
    int end = Math.min(last + 1, columns.outputs());
    IntVector position = LANE.add(h * columns.size() + w);
    FloatVector sum = FloatVector.zero(FLOATS);
    for (int p = rows.firstOutput(h); p < rows.endOutput(h); p++) {
      for (int q = first; q < end; q++) {
        long at = 4L * p * columns.outputs() + 4L * q;
        // What a masked load leaves out is 0: it can be chosen, but passes no gradient.
        VectorMask<Integer> there = LANE.add(q).compare(VectorOperators.ULT, columns.outputs());
        VectorMask<Float> inside = there.cast(FLOATS);
        IntVector winner = IntVector.fromMemorySegment(INTS, ALL, argmax + at, ORDER, there);
        FloatVector gradient = fromMemorySegment(FLOATS, ALL, dy + at, ORDER, inside);
        if (y != 0) {
          FloatVector out = fromMemorySegment(FLOATS, ALL, y + at, ORDER, inside);
          gradient = FloatVector.zero(FLOATS).blend(gradient, out.compare(VectorOperators.GT, 0));
        }
        if (apart) {
          winner = winner.rearrange(INTS_TWICE);
          gradient = gradient.rearrange(TWICE);
        }
        sum = sum.add(gradient, winner.compare(VectorOperators.EQ, position).cast(FLOATS));
      }
    }
    sum.intoMemorySegment(ALL, dx, ORDER, FLOATS.indexInRange(w, columns.size()));
  }

  /** One maximum of any form. */
  private static void forwardElement(PoolShape shape, long x, int p, int q, long y, long argmax) {
    PoolAxis rows = shape.rows();
    PoolAxis columns = shape.columns();
    int width = columns.size();
    float best = Float.NEGATIVE_INFINITY;
    int place = -1;
    for (int r = 0; r < rows.taps(p); r++) {
      int line = (rows.firstInput(p) + r * rows.dilation()) * width;
      for (int s = 0; s < columns.taps(q); s++) {
        int position = line + columns.firstInput(q) + s * columns.dilation();
        float v = getFloat(x + 4L * position);
        // Not "v >= best", since the first of equal values wins; a place, since -infinity can win.
        if (v > best || Float.isNaN(v) || place < 0) {
          best = v;
          place = position;
        }
      }
    }
    NativeMemory.setFloat(y, best);
    if (argmax != 0) {
      NativeMemory.setInt(argmax, place);
    }
  }

  /** The gradient by one element. */
  private static float gradient(PoolShape shape, long y, long argmax, long dy, int h, int w) {
    PoolAxis rows = shape.rows();
    PoolAxis columns = shape.columns();
    int position = h * columns.size() + w;
    float sum = 0;
    for (int p = rows.firstOutput(h); p < rows.endOutput(h); p++) {
      for (int q = columns.firstOutput(w); q < columns.endOutput(w); q++) {
        long at = 4L * (p * columns.outputs() + q);
        if (getInt(argmax + at) == position && (y == 0 || getFloat(y + at) > 0)) {
          sum += getFloat(dy + at);
        }
      }
    }
    return sum;
  }
}
