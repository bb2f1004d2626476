package dev.quern.cpu;

import static dev.quern.cpu.VectorLanes.load;
import static dev.quern.cpu.VectorLanes.splat;
import static dev.quern.cpu.VectorLanes.store;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** {@link ElementLoops} over vectors; the last, partial vector is loaded whole and stored masked. */
final class VectorElementLoops implements ElementLoops {
  private static final VectorSpecies<Float> SPECIES = VectorWidth.FLOATS;
  private static final int LANES = VectorWidth.LANES;
  private static final int BYTES = VectorWidth.BYTES;

  /** 16 bytes fill one, two or four vectors of int, whatever the width. */
  private static final VectorSpecies<Byte> PIXELS = ByteVector.SPECIES_128;

  private static final int PIXELS_AT_ONCE = PIXELS.length();

  @Override
  public void relu(long x, long y, int count) {
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      store(rectified(load(x + 4L * i)), y + 4L * i);
    }
    store(rectified(load(x + 4L * i)), y + 4L * i, count - i);
  }

  @Override
  public void reluGradient(long y, long dy, long dx, int count) {
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      store(gated(y + 4L * i, dy + 4L * i), dx + 4L * i);
    }
    store(gated(y + 4L * i, dy + 4L * i), dx + 4L * i, count - i);
  }

  /** Compare and blend instead of {@code max(0)}: as fast, and a NaN of either sign stays one. */
  private static FloatVector rectified(FloatVector x) {
    return x.blend(0, x.compare(VectorOperators.LT, 0));
  }

  private static FloatVector gated(long y, long dy) {
    return FloatVector.zero(SPECIES).blend(load(dy), load(y).compare(VectorOperators.GT, 0));
  }

  @Override
  public void addRow(long x, long b, long y, int rows, int channels) {
    for (int i = 0; i < rows; i++) {
      long row = 4L * i * channels;
      int c = 0;
      for (; c <= channels - LANES; c += LANES) {
        store(load(x + row + 4L * c).add(load(b + 4L * c)), y + row + 4L * c);
      }
      if (c < channels) {
        long rest = row + 4L * c;
        store(load(x + rest).add(load(b + 4L * c)), y + rest, channels - c);
      }
    }
  }

  @Override
  public void scale(long x, long y, int count, float scale, float shift) {
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      store(load(x + 4L * i).mul(scale).add(shift), y + 4L * i);
    }
    store(load(x + 4L * i).mul(scale).add(shift), y + 4L * i, count - i);
  }

  @Override
  public void scaleBytes(long x, long y, int count, float scale, float shift) {
    int i = 0;
    for (; i <= count - PIXELS_AT_ONCE; i += PIXELS_AT_ONCE) {
      ByteVector pixels =
          ByteVector.fromMemorySegment(
              PIXELS, NativeMemory.ALL, x + i, NativeMemory.ORDER);
      store(floats(pixels, 0).mul(scale).add(shift), y + 4L * i);
      if (LANES <= 8) {
        store(floats(pixels, 1).mul(scale).add(shift), y + 4L * i + BYTES);
      }
      if (LANES <= 4) {
        store(floats(pixels, 2).mul(scale).add(shift), y + 4L * i + 2 * BYTES);
        store(floats(pixels, 3).mul(scale).add(shift), y + 4L * i + 3 * BYTES);
      }
    }
    for (; i < count; i++) {
      NativeMemory.setFloat(
          y + 4L * i, NativeMemory.getUnsignedByte(x + i) * scale + shift);
    }
  }

  private static FloatVector floats(ByteVector pixels, int part) {
    IntVector ints =
        (IntVector)
            pixels.convertShape(VectorOperators.ZERO_EXTEND_B2I, VectorWidth.INTS, part);
    return (FloatVector) ints.convert(VectorOperators.I2F, 0);
  }

  @Override
  public void fill(long y, int count, float value) {
    FloatVector v = splat(value);
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      store(v, y + 4L * i);
    }
    store(v, y + 4L * i, count - i);
  }

  @Override
  public void sumColumns(long x, int rows, int channels, long sums) {
    int c = 0;
    for (; c <= channels - 4 * LANES; c += 4 * LANES) {
      sumFourVectors(x + 4L * c, rows, 4L * channels, sums + 4L * c);
    }
    for (; c < channels; c += LANES) {
      FloatVector sum = sumOneVector(x + 4L * c, rows, 4L * channels);
      store(sum, sums + 4L * c, channels - c);
    }
  }

  /** Whole lines of memory; four sums hide the latency of an addition. */
  private static void sumFourVectors(long x, int rows, long stride, long sums) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    for (int i = 0; i < rows; i++) {
      long row = x + i * stride;
      s0 = s0.add(load(row));
      s1 = s1.add(load(row + BYTES));
      s2 = s2.add(load(row + 2 * BYTES));
      s3 = s3.add(load(row + 3 * BYTES));
    }
    store(s0, sums);
    store(s1, sums + BYTES);
    store(s2, sums + 2 * BYTES);
    store(s3, sums + 3 * BYTES);
  }

  /** Every fourth row goes to the same sum, for the same reason. */
  private static FloatVector sumOneVector(long x, int rows, long stride) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int i = 0;
    for (; i <= rows - 4; i += 4) {
      long row = x + i * stride;
      s0 = s0.add(load(row));
      s1 = s1.add(load(row + stride));
      s2 = s2.add(load(row + 2 * stride));
      s3 = s3.add(load(row + 3 * stride));
    }
    for (; i < rows; i++) {
      s0 = s0.add(load(x + i * stride));
    }
    return s0.add(s1).add(s2.add(s3));
  }

  @Override
  public float sum(long x, int count) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int i = 0;
    for (; i <= count - 4 * LANES; i += 4 * LANES) {
      long at = x + 4L * i;
      s0 = s0.add(load(at));
      s1 = s1.add(load(at + BYTES));
      s2 = s2.add(load(at + 2 * BYTES));
      s3 = s3.add(load(at + 3 * BYTES));
    }
    for (; i < count; i += LANES) {
      s0 = s0.add(VectorLanes.first(load(x + 4L * i), count - i, 0));
    }
    return VectorReduction.sum(s0.add(s1).add(s2.add(s3)));
  }
}
