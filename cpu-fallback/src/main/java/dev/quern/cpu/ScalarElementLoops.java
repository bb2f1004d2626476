package dev.quern.cpu;

import static dev.quern.cpu.NativeMemory.getFloat;
import static dev.quern.cpu.NativeMemory.setFloat;

/** {@link ElementLoops} in plain Java. */
final class ScalarElementLoops implements ElementLoops {

  @Override
  public void relu(long x, long y, int count) {
    for (int i = 0; i < count; i++) {
      float v = getFloat(x + 4L * i);
      setFloat(y + 4L * i, v < 0 ? 0 : v); // keeps NaN
    }
  }

  @Override
  public void reluGradient(long y, long dy, long dx, int count) {
    for (int i = 0; i < count; i++) {
      setFloat(dx + 4L * i, getFloat(y + 4L * i) > 0 ? getFloat(dy + 4L * i) : 0);
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
  public void fill(long y, int count, float value) {
    for (int i = 0; i < count; i++) {
      setFloat(y + 4L * i, value);
    }
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
}
