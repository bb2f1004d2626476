package dev.quern.cpu;

import static dev.quern.cpu.VectorLanes.load;
import static dev.quern.cpu.VectorLanes.loadInts;
import static dev.quern.cpu.VectorLanes.store;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link PoolLoops} over vectors of channels. The usual windows of 2 x 2 are unrolled; all others go
 * through their taps.
 */
final class VectorPoolLoops implements PoolLoops {
  private static final VectorSpecies<Float> SPECIES = VectorWidth.FLOATS;
  private static final VectorSpecies<Integer> INTS = VectorWidth.INTS;
  private static final int LANES = VectorWidth.LANES;

  @Override
  public void forward(PoolShape shape, long x, int row, long y, long argmax) {
    if (!shape.pairs()) {
      forwardWindows(shape, x, row, y, argmax);
    } else if (argmax == 0) {
      maximaOfPairs(shape, x, row, y);
    } else {
      choicesOfPairs(shape, x, row, y, argmax);
    }
  }

  private static void forwardWindows(PoolShape shape, long x, int row, long y, long argmax) {
    int channels = shape.channels();
    for (int q = 0; q < shape.columns().outputs(); q++) {
      for (int c = 0; c < channels; c += LANES) {
        long at = 4L * (q * channels + c);
        long place = argmax == 0 ? 0 : argmax + at;
        forwardWindow(shape, x + 4L * c, row, q, y + at, place, channels - c);
      }
    }
  }

  /** A window of any form; {@code x} is the first of its channels. */
  private static void forwardWindow(
      PoolShape shape, long x, int p, int q, long y, long argmax, int lanes) {
    PoolAxis rows = shape.rows();
    PoolAxis columns = shape.columns();
    long pixel = 4L * shape.channels();
    FloatVector best = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
    IntVector place = IntVector.broadcast(INTS, -1);
    if (rows.taps(p) > 0 && columns.taps(q) > 0) {
      int first = rows.firstInput(p) * columns.size() + columns.firstInput(q);
      best = load(x + first * pixel);
      place = IntVector.broadcast(INTS, first);
    }
    for (int r = 0; r < rows.taps(p); r++) {
      int line = (rows.firstInput(p) + r * rows.dilation()) * columns.size();
      for (int s = 0; s < columns.taps(q); s++) {
        int position = line + columns.firstInput(q) + s * columns.dilation();
        FloatVector v = load(x + position * pixel);
        VectorMask<Float> wins = wins(v, best);
        best = best.blend(v, wins);
        place = place.blend(position, wins.cast(INTS));
      }
    }
    store(best, y, lanes);
    if (argmax != 0) {
      store(place, argmax, lanes);
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
        FloatVector top = winner(load(at), load(at + pixel));
        FloatVector bottom = winner(load(at + line), load(at + line + pixel));
        store(winner(top, bottom), y + 4L * (q * channels + c), channels - c);
      }
    }
  }

  private static void choicesOfPairs(PoolShape shape, long x, int row, long y, long argmax) {
    int channels = shape.channels();
    int width = shape.columns().size();
    long pixel = 4L * channels;
    long line = width * pixel;
    int position = shape.rows().firstInput(row) * width + shape.columns().firstInput(0);
    IntVector below = IntVector.broadcast(INTS, width);
    IntVector zero = IntVector.zero(INTS);
    for (int q = 0; q < shape.columns().outputs(); q++, position += shape.columns().stride()) {
      for (int c = 0; c < channels; c += LANES) {
        long at = x + position * pixel + 4L * c;
        FloatVector a = load(at);
        FloatVector b = load(at + pixel);
        FloatVector d = load(at + line);
        FloatVector e = load(at + line + pixel);
        VectorMask<Float> secondAbove = wins(b, a);
        VectorMask<Float> secondBelow = wins(e, d);
        FloatVector top = a.blend(b, secondAbove);
        FloatVector bottom = d.blend(e, secondBelow);
        VectorMask<Float> lower = wins(bottom, top);
        IntVector place =
            zero.blend(1, secondAbove.cast(INTS))
                .blend(below.blend(width + 1, secondBelow.cast(INTS)), lower.cast(INTS));
        long out = 4L * (q * channels + c);
        store(top.blend(bottom, lower), y + out, channels - c);
        store(place.add(position), argmax + out, channels - c);
      }
    }
  }

  /** Where a later value beats an earlier one: by being larger, or NaN. */
  private static VectorMask<Float> wins(FloatVector later, FloatVector earlier) {
    return later
        .compare(VectorOperators.GT, earlier)
        .or(later.compare(VectorOperators.NE, later));
  }

  private static FloatVector winner(FloatVector earlier, FloatVector later) {
    return earlier.blend(later, wins(later, earlier));
  }

  @Override
  public void backward(PoolShape shape, long y, long argmax, long dy, int row, long dx) {
    PoolAxis rows = shape.rows();
    PoolAxis columns = shape.columns();
    int first = rows.firstOutput(row);
    boolean oneRow = rows.endOutput(row) - first == 1;
    for (int w = 0; w < columns.size(); w++) {
      int q = columns.firstOutput(w);
      long at = dx + 4L * w * shape.channels();
      int position = row * columns.size() + w;
      if (oneRow && columns.endOutput(w) - q == 1) {
        long out = 4L * (first * columns.outputs() + q) * shape.channels();
        if (y == 0) {
          chosen(argmax + out, dy + out, position, at, shape.channels());
        } else {
          chosenAboveZero(y + out, argmax + out, dy + out, position, at, shape.channels());
        }
      } else {
        sumOfChosen(shape, y, argmax, dy, row, w, at);
      }
    }
  }

  /** A pixel that one output spans, as all are where windows do not overlap. */
  private static void chosen(long argmax, long dy, int position, long dx, int channels) {
    for (int c = 0; c < channels; c += LANES) {
      store(chosen(argmax + 4L * c, dy + 4L * c, position), dx + 4L * c, channels - c);
    }
  }

  private static void chosenAboveZero(
      long y, long argmax, long dy, int position, long dx, int channels) {
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int c = 0; c < channels; c += LANES) {
      FloatVector gradient = chosen(argmax + 4L * c, dy + 4L * c, position);
      VectorMask<Float> positive = load(y + 4L * c).compare(VectorOperators.GT, 0);
      store(zero.blend(gradient, positive), dx + 4L * c, channels - c);
    }
  }

  private static FloatVector chosen(long argmax, long dy, int position) {
    VectorMask<Integer> here =
        loadInts(argmax).compare(VectorOperators.EQ, position);
    return FloatVector.zero(SPECIES).blend(load(dy), here.cast(SPECIES));
  }

  /** A pixel that any number of outputs span, even none. */
  private static void sumOfChosen(
      PoolShape shape, long y, long argmax, long dy, int h, int w, long dx) {
    PoolAxis rows = shape.rows();
    PoolAxis columns = shape.columns();
    FloatVector zero = FloatVector.zero(SPECIES);
    int position = h * columns.size() + w;
    for (int c = 0; c < shape.channels(); c += LANES) {
      FloatVector sum = zero;
      for (int p = rows.firstOutput(h); p < rows.endOutput(h); p++) {
        for (int q = columns.firstOutput(w); q < columns.endOutput(w); q++) {
          long out = 4L * ((p * columns.outputs() + q) * shape.channels() + c);
          FloatVector gradient = chosen(argmax + out, dy + out, position);
          if (y != 0) {
            gradient = zero.blend(gradient, load(y + out).compare(VectorOperators.GT, 0));
          }
          sum = sum.add(gradient);
        }
      }
      store(sum, dx + 4L * c, shape.channels() - c);
    }
  }
}
