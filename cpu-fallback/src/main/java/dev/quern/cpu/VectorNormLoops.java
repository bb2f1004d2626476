package dev.quern.cpu;

import static dev.quern.cpu.NativeMemory.ALL;
import static dev.quern.cpu.NativeMemory.ORDER;
import static dev.quern.cpu.VectorWidth.BYTES;
import static dev.quern.cpu.VectorWidth.FIRST;
import static dev.quern.cpu.VectorWidth.FLOATS;
import static dev.quern.cpu.VectorWidth.LANES;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * {@link NormLoops} over vectors: pairs of them down the rows, so that the numbers of their
 * channels stay in registers, then single ones, the last with fewer lanes.
 */
final class VectorNormLoops implements NormLoops {
  /** Channels of two vectors. */
  static final int PAIR = 2 * LANES;

  /** Channels above which a row is longer than what is taken of it at once by much. */
  private static final int WIDE = 64;

  /**
   * Rows of wide groups at a time: so few that processors see them as streams, which they fetch
   * ahead. One pair of vectors down all rows of 512 channels took two to three times as long.
   */
  private static final int WIDE_ROWS = 16;

  private static int rowsAtOnce(ChannelGroup group, int rows) {
    return group.width() > WIDE ? WIDE_ROWS : Math.max(1, rows);
  }

  @Override
  public void addMoments(ChannelGroup group, long x, int rows, long shift, long sums) {
    int step = rowsAtOnce(group, rows);
    for (int i = 0; i < rows; i += step) {
      int count = Math.min(step, rows - i);
      VectorNormSums.addMoments(group, x + i * group.plane(), count, shift, sums);
    }
  }

  @Override
  public void addGradients(ChannelGroup group, long x, long dy, int rows, long mean, long sums) {
    int step = rowsAtOnce(group, rows);
    for (int i = 0; i < rows; i += step) {
      long at = i * group.plane();
      int count = Math.min(step, rows - i);
      VectorNormSums.addGradients(group, x + at, dy + at, count, mean, sums);
    }
  }

  @Override
  public void joinMoments(
      ChannelGroup group, long block, long totals, float each, float share, float weight) {
    VectorNormSums.joinMoments(group, block, totals, each, share, weight);
  }

  @Override
  public void joinGradients(ChannelGroup group, long block, long totals) {
    VectorNormSums.joinGradients(group, block, totals);
  }

  @Override
  public void normalise(ChannelGroup group, long x, long y, int rows, long planes, float least) {
    int step = rowsAtOnce(group, rows);
    for (int i = 0; i < rows; i += step) {
      long at = i * group.plane();
      normaliseOfRows(group, x + at, y + at, Math.min(step, rows - i), planes, least);
    }
  }

  private static void normaliseOfRows(
      ChannelGroup group, long x, long y, int rows, long planes, float least) {
    long plane = group.plane();
    int c = 0;
    for (; c <= group.width() - PAIR; c += PAIR) {
      normaliseTwo(x + 4L * c, y + 4L * c, rows, plane, planes + 4L * c, least);
    }
    for (; c < group.width(); c += LANES) {
      VectorMask<Float> inside = FIRST[Math.min(group.width() - c, LANES)];
      long at = 4L * c;
      FloatVector mean = fromMemorySegment(FLOATS, ALL, planes + at, ORDER);
      FloatVector scale = fromMemorySegment(FLOATS, ALL, planes + plane + at, ORDER);
      FloatVector shift = fromMemorySegment(FLOATS, ALL, planes + 2 * plane + at, ORDER);
      for (int i = 0; i < rows; i++) {
        long row = at + i * plane;
        FloatVector value =
            fromMemorySegment(FLOATS, ALL, x + row, ORDER).sub(mean).fma(scale, shift);
        value.blend(least, value.lt(least)).intoMemorySegment(ALL, y + row, ORDER, inside);
      }
    }
  }

  private static void normaliseTwo(long x, long y, int rows, long plane, long planes, float least) {
    FloatVector meanA = fromMemorySegment(FLOATS, ALL, planes, ORDER);
    FloatVector meanB = fromMemorySegment(FLOATS, ALL, planes + BYTES, ORDER);
    FloatVector scaleA = fromMemorySegment(FLOATS, ALL, planes + plane, ORDER);
    FloatVector scaleB = fromMemorySegment(FLOATS, ALL, planes + plane + BYTES, ORDER);
    FloatVector shiftA = fromMemorySegment(FLOATS, ALL, planes + 2 * plane, ORDER);
    FloatVector shiftB = fromMemorySegment(FLOATS, ALL, planes + 2 * plane + BYTES, ORDER);
    for (int i = 0; i < rows; i++) {
      long row = i * plane;
      FloatVector valueA =
          fromMemorySegment(FLOATS, ALL, x + row, ORDER).sub(meanA).fma(scaleA, shiftA);
      valueA.blend(least, valueA.lt(least)).intoMemorySegment(ALL, y + row, ORDER);
      FloatVector valueB =
          fromMemorySegment(FLOATS, ALL, x + row + BYTES, ORDER).sub(meanB).fma(scaleB, shiftB);
      valueB.blend(least, valueB.lt(least)).intoMemorySegment(ALL, y + row + BYTES, ORDER);
    }
  }

  @Override
  public void gradient(ChannelGroup group, long x, long dy, long dx, int rows, long planes) {
    int step = rowsAtOnce(group, rows);
    for (int i = 0; i < rows; i += step) {
      long at = i * group.plane();
      gradientOfRows(group, x + at, dy + at, dx + at, Math.min(step, rows - i), planes);
    }
  }

  private static void gradientOfRows(
      ChannelGroup group, long x, long dy, long dx, int rows, long planes) {
    long plane = group.plane();
    int c = 0;
    for (; c <= group.width() - PAIR; c += PAIR) {
      long at = 4L * c;
      gradientOfTwo(x + at, dy + at, dx + at, rows, plane, planes + at);
    }
    for (; c < group.width(); c += LANES) {
      VectorMask<Float> inside = FIRST[Math.min(group.width() - c, LANES)];
      long at = 4L * c;
      FloatVector mean = fromMemorySegment(FLOATS, ALL, planes + at, ORDER);
      FloatVector scale = fromMemorySegment(FLOATS, ALL, planes + plane + at, ORDER);
      FloatVector slope = fromMemorySegment(FLOATS, ALL, planes + 2 * plane + at, ORDER);
      FloatVector shift = fromMemorySegment(FLOATS, ALL, planes + 3 * plane + at, ORDER);
      for (int i = 0; i < rows; i++) {
        long row = at + i * plane;
        FloatVector common =
            fromMemorySegment(FLOATS, ALL, x + row, ORDER).sub(mean).fma(slope, shift);
        fromMemorySegment(FLOATS, ALL, dy + row, ORDER)
            .fma(scale, common)
            .intoMemorySegment(ALL, dx + row, ORDER, inside);
      }
    }
  }

  private static void gradientOfTwo(long x, long dy, long dx, int rows, long plane, long planes) {
    FloatVector meanA = fromMemorySegment(FLOATS, ALL, planes, ORDER);
    FloatVector meanB = fromMemorySegment(FLOATS, ALL, planes + BYTES, ORDER);
    FloatVector scaleA = fromMemorySegment(FLOATS, ALL, planes + plane, ORDER);
    FloatVector scaleB = fromMemorySegment(FLOATS, ALL, planes + plane + BYTES, ORDER);
    FloatVector slopeA = fromMemorySegment(FLOATS, ALL, planes + 2 * plane, ORDER);
    FloatVector slopeB = fromMemorySegment(FLOATS, ALL, planes + 2 * plane + BYTES, ORDER);
    FloatVector shiftA = fromMemorySegment(FLOATS, ALL, planes + 3 * plane, ORDER);
    FloatVector shiftB = fromMemorySegment(FLOATS, ALL, planes + 3 * plane + BYTES, ORDER);
    for (int i = 0; i < rows; i++) {
      long row = i * plane;
      FloatVector commonA =
          fromMemorySegment(FLOATS, ALL, x + row, ORDER).sub(meanA).fma(slopeA, shiftA);
      fromMemorySegment(FLOATS, ALL, dy + row, ORDER)
          .fma(scaleA, commonA)
          .intoMemorySegment(ALL, dx + row, ORDER);
      FloatVector commonB =
          fromMemorySegment(FLOATS, ALL, x + row + BYTES, ORDER).sub(meanB).fma(slopeB, shiftB);
      fromMemorySegment(FLOATS, ALL, dy + row + BYTES, ORDER)
          .fma(scaleB, commonB)
          .intoMemorySegment(ALL, dx + row + BYTES, ORDER);
    }
  }
}
