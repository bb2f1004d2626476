package dev.quern.cpu;

import static dev.quern.cpu.NativeMemory.ALL;
import static dev.quern.cpu.NativeMemory.ORDER;
import static dev.quern.cpu.VectorWidth.BYTES;
import static dev.quern.cpu.VectorWidth.FLOATS;
import static dev.quern.cpu.VectorWidth.INTS;
import static dev.quern.cpu.VectorWidth.LANES;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link ElementLoops} over vectors. The last elements, less than a vector, go through the scalar
 * loops, which round the same; only sums take them as a masked vector.
 */
class VectorElementLoops implements ElementLoops {
  private static final ScalarElementLoops REST = new ScalarElementLoops();

  /**
   * A byte for every lane of a vector; of the narrowest vectors twice that, as there is no less.
   */
  private static final VectorSpecies<Byte> PIXELS =
      LANES == 16 ? ByteVector.SPECIES_128 : ByteVector.SPECIES_64;

  /** Whole vectors of double; the first half of a vector of floats becomes one. */
  private static final VectorSpecies<Double> DOUBLES = FLOATS.vectorShape().withLanes(double.class);

  private static final VectorShuffle<Float> HALVES_CHANGED =
      VectorShuffle.iota(FLOATS, LANES / 2, 1, true);

  @Override
  public void relu(long x, long y, int count) {
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      FloatVector v = fromMemorySegment(FLOATS, ALL, x + 4L * i, ORDER);
      // Compare and blend: max takes six instructions to order zeros and NaN.
      v.blend(0, v.compare(VectorOperators.LE, 0)).intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
    REST.relu(x + 4L * i, y + 4L * i, count - i);
  }

  @Override
  public void reluGradient(long y, long dy, long dx, int count) {
    FloatVector zero = FloatVector.zero(FLOATS);
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      FloatVector out = fromMemorySegment(FLOATS, ALL, y + 4L * i, ORDER);
      FloatVector gradient = fromMemorySegment(FLOATS, ALL, dy + 4L * i, ORDER);
      zero.blend(gradient, out.compare(VectorOperators.GT, 0))
          .intoMemorySegment(ALL, dx + 4L * i, ORDER);
    }
    REST.reluGradient(y + 4L * i, dy + 4L * i, dx + 4L * i, count - i);
  }

  @Override
  public void add(long a, long b, long y, int count) {
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      fromMemorySegment(FLOATS, ALL, a + 4L * i, ORDER)
          .add(fromMemorySegment(FLOATS, ALL, b + 4L * i, ORDER))
          .intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
    REST.add(a + 4L * i, b + 4L * i, y + 4L * i, count - i);
  }

  @Override
  public void addRow(long x, long b, long y, int rows, int channels) {
    int whole = channels - channels % LANES;
    for (int i = 0; i < rows; i++) {
      long row = 4L * i * channels;
      for (int c = 0; c < whole; c += LANES) {
        fromMemorySegment(FLOATS, ALL, x + row + 4L * c, ORDER)
            .add(fromMemorySegment(FLOATS, ALL, b + 4L * c, ORDER))
            .intoMemorySegment(ALL, y + row + 4L * c, ORDER);
      }
      for (int c = whole; c < channels; c++) {
        long at = row + 4L * c;
        NativeMemory.setFloat(
            y + at, NativeMemory.getFloat(x + at) + NativeMemory.getFloat(b + 4L * c));
      }
    }
  }

  @Override
  public void scale(long x, long y, int count, float scale, float shift) {
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      fromMemorySegment(FLOATS, ALL, x + 4L * i, ORDER)
          .mul(scale)
          .add(shift)
          .intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
    REST.scale(x + 4L * i, y + 4L * i, count - i, scale, shift);
  }

  @Override
  public void scaleBytes(long x, long y, int count, float scale, float shift) {
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      ByteVector pixels = ByteVector.fromMemorySegment(PIXELS, ALL, x + i, ORDER);
      IntVector ints = (IntVector) pixels.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
      FloatVector floats = (FloatVector) ints.convert(VectorOperators.I2F, 0);
      floats.mul(scale).add(shift).intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
    REST.scaleBytes(x + i, y + 4L * i, count - i, scale, shift);
  }

  @Override
  public void clip(long x, long y, int count, float least, float most) {
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      FloatVector v = fromMemorySegment(FLOATS, ALL, x + 4L * i, ORDER);
      v.blend(least, v.compare(VectorOperators.LT, least))
          .blend(most, v.compare(VectorOperators.GT, most))
          .intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
    REST.clip(x + 4L * i, y + 4L * i, count - i, least, most);
  }

  @Override
  public void fill(long y, int count, float value) {
    FloatVector v = FloatVector.broadcast(FLOATS, value);
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      v.intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
    REST.fill(y + 4L * i, count - i, value);
  }

  /** 0 times a number is 0, and NaN times anything else. Four sums hide the latency of adding. */
  @Override
  public boolean finite(long x, int count) {
    FloatVector s0 = FloatVector.zero(FLOATS);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int i = 0;
    for (; i <= count - 4 * LANES; i += 4 * LANES) {
      long at = x + 4L * i;
      s0 = s0.add(fromMemorySegment(FLOATS, ALL, at, ORDER).mul(0));
      s1 = s1.add(fromMemorySegment(FLOATS, ALL, at + BYTES, ORDER).mul(0));
      s2 = s2.add(fromMemorySegment(FLOATS, ALL, at + 2 * BYTES, ORDER).mul(0));
      s3 = s3.add(fromMemorySegment(FLOATS, ALL, at + 3 * BYTES, ORDER).mul(0));
    }
    boolean finite = s0.add(s1).add(s2.add(s3)).compare(VectorOperators.EQ, 0).allTrue();
    return REST.finite(x + 4L * i, count - i) && finite;
  }

  @Override
  public void sumColumns(long x, int rows, int channels, long sums) {
    int c = 0;
    for (; c <= channels - 4 * LANES; c += 4 * LANES) {
      sumFourVectors(x + 4L * c, rows, 4L * channels, sums + 4L * c);
    }
    for (; c < channels; c += LANES) {
      sumOneVector(x + 4L * c, rows, 4L * channels, sums + 4L * c, channels - c);
    }
  }

  /**
   * Whole lines of memory; four sums hide the latency of an addition. Two rows at a time: C2
   * unrolls a loop over one or not by how many rows it had met until then, 2.7 or 4.1 us for
   * 32x11x11x64.
   */
  private static void sumFourVectors(long x, int rows, long stride, long sums) {
    FloatVector s0 = FloatVector.zero(FLOATS);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int i = 0;
    for (; i < rows - 1; i += 2) {
      long row = x + i * stride;
      long next = row + stride;
      s0 = s0.add(fromMemorySegment(FLOATS, ALL, row, ORDER));
      s1 = s1.add(fromMemorySegment(FLOATS, ALL, row + BYTES, ORDER));
      s2 = s2.add(fromMemorySegment(FLOATS, ALL, row + 2 * BYTES, ORDER));
      s3 = s3.add(fromMemorySegment(FLOATS, ALL, row + 3 * BYTES, ORDER));
      s0 = s0.add(fromMemorySegment(FLOATS, ALL, next, ORDER));
      s1 = s1.add(fromMemorySegment(FLOATS, ALL, next + BYTES, ORDER));
      s2 = s2.add(fromMemorySegment(FLOATS, ALL, next + 2 * BYTES, ORDER));
      s3 = s3.add(fromMemorySegment(FLOATS, ALL, next + 3 * BYTES, ORDER));
    }
    if (i < rows) {
      long row = x + i * stride;
      s0 = s0.add(fromMemorySegment(FLOATS, ALL, row, ORDER));
      s1 = s1.add(fromMemorySegment(FLOATS, ALL, row + BYTES, ORDER));
      s2 = s2.add(fromMemorySegment(FLOATS, ALL, row + 2 * BYTES, ORDER));
      s3 = s3.add(fromMemorySegment(FLOATS, ALL, row + 3 * BYTES, ORDER));
    }
    s0.intoMemorySegment(ALL, sums, ORDER);
    s1.intoMemorySegment(ALL, sums + BYTES, ORDER);
    s2.intoMemorySegment(ALL, sums + 2 * BYTES, ORDER);
    s3.intoMemorySegment(ALL, sums + 3 * BYTES, ORDER);
  }

  /** Every fourth row goes to the same sum, for the same reason. */
  private static void sumOneVector(long x, int rows, long stride, long sums, int lanes) {
    FloatVector s0 = FloatVector.zero(FLOATS);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int i = 0;
    for (; i <= rows - 4; i += 4) {
      long row = x + i * stride;
      s0 = s0.add(fromMemorySegment(FLOATS, ALL, row, ORDER));
      s1 = s1.add(fromMemorySegment(FLOATS, ALL, row + stride, ORDER));
      s2 = s2.add(fromMemorySegment(FLOATS, ALL, row + 2 * stride, ORDER));
      s3 = s3.add(fromMemorySegment(FLOATS, ALL, row + 3 * stride, ORDER));
    }
    for (; i < rows; i++) {
      s0 = s0.add(fromMemorySegment(FLOATS, ALL, x + i * stride, ORDER));
    }
    FloatVector sum = s0.add(s1).add(s2.add(s3));
    if (lanes >= LANES) {
      sum.intoMemorySegment(ALL, sums, ORDER);
    } else {
      sum.intoMemorySegment(ALL, sums, ORDER, FLOATS.indexInRange(0, lanes));
    }
  }

  @Override
  public float sum(long x, int count) {
    FloatVector s0 = FloatVector.zero(FLOATS);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int i = 0;
    for (; i <= count - 4 * LANES; i += 4 * LANES) {
      long at = x + 4L * i;
      s0 = s0.add(fromMemorySegment(FLOATS, ALL, at, ORDER));
      s1 = s1.add(fromMemorySegment(FLOATS, ALL, at + BYTES, ORDER));
      s2 = s2.add(fromMemorySegment(FLOATS, ALL, at + 2 * BYTES, ORDER));
      s3 = s3.add(fromMemorySegment(FLOATS, ALL, at + 3 * BYTES, ORDER));
    }
    for (; i < count; i += LANES) {
      VectorMask<Float> inside = FLOATS.indexInRange(i, count);
      s0 = s0.add(fromMemorySegment(FLOATS, ALL, x + 4L * i, ORDER), inside);
    }
    FloatVector s = s0.add(s1).add(s2.add(s3));
    if (LANES >= 16) {
      s = s.add(s.rearrange(VectorRotation.BY_8));
    }
    if (LANES >= 8) {
      s = s.add(s.rearrange(VectorRotation.BY_4));
    }
    s = s.add(s.rearrange(VectorRotation.BY_2));
    return s.add(s.rearrange(VectorRotation.BY_1)).lane(0);
  }

  @Override
  public double sumOfSquares(long x, int count) {
    DoubleVector s0 = DoubleVector.zero(DOUBLES);
    DoubleVector s1 = s0;
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      FloatVector v = fromMemorySegment(FLOATS, ALL, x + 4L * i, ORDER);
      FloatVector back = v.rearrange(HALVES_CHANGED);
      DoubleVector a = (DoubleVector) v.convertShape(VectorOperators.F2D, DOUBLES, 0);
      DoubleVector b = (DoubleVector) back.convertShape(VectorOperators.F2D, DOUBLES, 0);
      s0 = a.fma(a, s0);
      s1 = b.fma(b, s1);
    }
    DoubleVector s = s0.add(s1);
    double sum = s.lane(0) + s.lane(1);
    if (LANES >= 8) {
      sum += s.lane(2) + s.lane(3);
    }
    if (LANES >= 16) {
      sum += (s.lane(4) + s.lane(5)) + (s.lane(6) + s.lane(7));
    }
    return sum + REST.sumOfSquares(x + 4L * i, count - i);
  }
}
