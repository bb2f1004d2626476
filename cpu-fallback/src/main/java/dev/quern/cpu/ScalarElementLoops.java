package dev.quern.cpu;

import static dev.quern.cpu.NativeMemory.getFloat;
import static dev.quern.cpu.NativeMemory.setFloat;

/** {@link ElementLoops} in plain Java. */
class ScalarElementLoops implements ElementLoops {
  private static final int INFINITY_BITS = 0x7F800000;

  @Override
  public void relu(long x, long y, int count) {
    for (int i = 0; i < count; i++) {
      setFloat(y + 4L * i, Math.max(getFloat(x + 4L * i), 0)); // keeps NaN
    }
  }

  @Override
  public void reluGradient(long y, long dy, long dx, int count) {
    for (int i = 0; i < count; i++) {
      NativeMemory.setInt(
          dx + 4L * i, NativeMemory.getInt(dy + 4L * i) & maskAboveZero(y + 4L * i));
    }
  }

  /**
   * All bits set if the number is above 0, else none: a branch would be guessed wrong every other
   * time. The bits of such numbers, as integers, are from 1 to those of infinity.
   */
  private static int maskAboveZero(long address) {
    int fromOne = NativeMemory.getInt(address) - 1;
    return (~fromOne & (fromOne - INFINITY_BITS)) >> 31;
  }

  @Override
  public void add(long a, long b, long y, int count) {
    for (int i = 0; i < count; i++) {
      setFloat(y + 4L * i, getFloat(a + 4L * i) + getFloat(b + 4L * i));
    }
  }

  @Override
  public void addRow(long x, long b, long y, int rows, int channels) {
    for (int i = 0; i < rows; i++) {
      long row = 4L * i * channels;
      for (int c = 0; c < channels; c++) {
        setFloat(y + row + 4L * c, getFloat(x + row + 4L * c) + getFloat(b + 4L * c));
      }
    }
  }

  @Override
  public void scale(long x, long y, int count, float scale, float shift) {
    for (int i = 0; i < count; i++) {
      setFloat(y + 4L * i, getFloat(x + 4L * i) * scale + shift);
    }
  }

  @Override
  public void scaleBytes(long x, long y, int count, float scale, float shift) {
    for (int i = 0; i < count; i++) {
      setFloat(y + 4L * i, NativeMemory.getUnsignedByte(x + i) * scale + shift);
    }
  }

  @Override
  public void clip(long x, long y, int count, float least, float most) {
    for (int i = 0; i < count; i++) {
      float v = getFloat(x + 4L * i);
      setFloat(y + 4L * i, v < least ? least : v > most ? most : v); // keeps NaN
    }
  }

  @Override
  public void fill(long y, int count, float value) {
    for (int i = 0; i < count; i++) {
      setFloat(y + 4L * i, value);
    }
  }

  @Override
  public boolean finite(long x, int count) {
    float zeros = 0; // or NaN, which is what 0 times anything not finite is
    for (int i = 0; i < count; i++) {
      zeros += getFloat(x + 4L * i) * 0;
    }
    return zeros == 0;
  }

  @Override
  public void sumColumns(long x, int rows, int channels, long sums) {
    fill(sums, channels, 0);
    for (int i = 0; i < rows; i++) {
      long row = x + 4L * i * channels;
      for (int c = 0; c < channels; c++) {
        setFloat(sums + 4L * c, getFloat(sums + 4L * c) + getFloat(row + 4L * c));
      }
    }
  }

  @Override
  public float sum(long x, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += getFloat(x + 4L * i);
    }
    return (float) sum;
  }

  @Override
  public double sumOfSquares(long x, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      double v = getFloat(x + 4L * i);
      sum += v * v;
    }
    return sum;
  }
}
