package dev.quern.cpu;

import static dev.quern.cpu.NativeMemory.getFloat;
import static dev.quern.cpu.NativeMemory.setFloat;

/** {@link NormLoops} in plain Java. */
final class ScalarNormLoops implements NormLoops {

  @Override
  public void addMoments(ChannelGroup group, long x, int rows, long shift, long sums) {
    long squares = sums + group.plane();
    for (int i = 0; i < rows; i++) {
      long row = x + i * group.plane();
      for (int c = 0; c < group.width(); c++) {
        long at = 4L * c;
        float d = getFloat(row + at) - getFloat(shift + at);
        setFloat(sums + at, getFloat(sums + at) + d);
        setFloat(squares + at, Math.fma(d, d, getFloat(squares + at)));
      }
    }
  }

  @Override
  public void addGradients(ChannelGroup group, long x, long dy, int rows, long mean, long sums) {
    long products = sums + group.plane();
    for (int i = 0; i < rows; i++) {
      long row = i * group.plane();
      for (int c = 0; c < group.width(); c++) {
        long at = 4L * c;
        float slope = getFloat(dy + row + at);
        float d = getFloat(x + row + at) - getFloat(mean + at);
        setFloat(sums + at, getFloat(sums + at) + slope);
        setFloat(products + at, Math.fma(slope, d, getFloat(products + at)));
      }
    }
  }

  @Override
  public void joinMoments(
      ChannelGroup group, long block, long totals, float each, float share, float weight) {
    long plane = group.plane();
    for (int c = 0; c < group.width(); c++) {
      long from = block + 4L * c;
      long to = totals + 4L * c;
      float sum = getFloat(from + plane);
      float away = sum * each;
      float mean = getFloat(to + plane);
      float distance = getFloat(from) - getFloat(to) + away - mean;
      float squares = getFloat(from + 2 * plane) - away * sum;
      setFloat(to + plane, mean + distance * share);
      setFloat(to + 2 * plane, getFloat(to + 2 * plane) + (distance * weight * distance + squares));
    }
  }

  @Override
  public void joinGradients(ChannelGroup group, long block, long totals) {
    for (long at = 0; at < 2 * group.plane(); at += group.plane()) {
      for (int c = 0; c < group.width(); c++) {
        long to = totals + at + 4L * c;
        setFloat(to, getFloat(to) + getFloat(block + at + 4L * c));
      }
    }
  }

  @Override
  public void normalise(ChannelGroup group, long x, long y, int rows, long planes, float least) {
    long scale = planes + group.plane();
    long shift = scale + group.plane();
    for (int i = 0; i < rows; i++) {
      long row = i * group.plane();
      for (int c = 0; c < group.width(); c++) {
        long at = 4L * c;
        float d = getFloat(x + row + at) - getFloat(planes + at);
        float value = Math.fma(d, getFloat(scale + at), getFloat(shift + at));
        setFloat(y + row + at, value < least ? least : value);
      }
    }
  }

  @Override
  public void gradient(ChannelGroup group, long x, long dy, long dx, int rows, long planes) {
    long scale = planes + group.plane();
    long slope = scale + group.plane();
    long shift = slope + group.plane();
    for (int i = 0; i < rows; i++) {
      long row = i * group.plane();
      for (int c = 0; c < group.width(); c++) {
        long at = 4L * c;
        float d = getFloat(x + row + at) - getFloat(planes + at);
        float common = Math.fma(d, getFloat(slope + at), getFloat(shift + at));
        setFloat(dx + row + at, Math.fma(getFloat(dy + row + at), getFloat(scale + at), common));
      }
    }
  }
}
