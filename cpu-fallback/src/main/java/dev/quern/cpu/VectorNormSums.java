package dev.quern.cpu;

import static dev.quern.cpu.NativeMemory.ALL;
import static dev.quern.cpu.NativeMemory.ORDER;
import static dev.quern.cpu.VectorNormLoops.PAIR;
import static dev.quern.cpu.VectorWidth.BYTES;
import static dev.quern.cpu.VectorWidth.FIRST;
import static dev.quern.cpu.VectorWidth.FLOATS;
import static dev.quern.cpu.VectorWidth.LANES;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The sums of {@link VectorNormLoops}. They take two rows at a time, which hides the latency of an
 * addition.
 */
final class VectorNormSums {
  private VectorNormSums() {}

  /** See {@link NormLoops#addMoments}. */
  static void addMoments(ChannelGroup group, long x, int rows, long shift, long sums) {
    long plane = group.plane();
    int c = 0;
    for (; c <= group.width() - PAIR; c += PAIR) {
      addMomentsOfTwo(x + 4L * c, rows, plane, shift + 4L * c, sums + 4L * c);
    }
    for (; c < group.width(); c += LANES) {
      long at = 4L * c;
      addMomentsOfOne(x + at, rows, plane, shift + at, sums + at, group.width() - c);
    }
  }

  /** In a method of its own: within a loop over columns the compiler made objects of the sums. */
  private static void addMomentsOfOne(
      long x, int rows, long plane, long shift, long sums, int channels) {
    VectorMask<Float> inside = FIRST[Math.min(channels, LANES)];
    FloatVector k = fromMemorySegment(FLOATS, ALL, shift, ORDER);
    FloatVector s0 = fromMemorySegment(FLOATS, ALL, sums, ORDER);
    FloatVector q0 = fromMemorySegment(FLOATS, ALL, sums + plane, ORDER);
    FloatVector s1 = FloatVector.zero(FLOATS);
    FloatVector q1 = s1;
    int i = 0;
    for (; i < rows - 1; i += 2) {
      long row = x + i * plane;
      FloatVector d0 = fromMemorySegment(FLOATS, ALL, row, ORDER).sub(k);
      FloatVector d1 = fromMemorySegment(FLOATS, ALL, row + plane, ORDER).sub(k);
      s0 = s0.add(d0);
      s1 = s1.add(d1);
      q0 = d0.fma(d0, q0);
      q1 = d1.fma(d1, q1);
    }
    if (i < rows) {
      FloatVector d = fromMemorySegment(FLOATS, ALL, x + i * plane, ORDER).sub(k);
      s0 = s0.add(d);
      q0 = d.fma(d, q0);
    }
    s0.add(s1).intoMemorySegment(ALL, sums, ORDER, inside);
    q0.add(q1).intoMemorySegment(ALL, sums + plane, ORDER, inside);
  }

  private static void addMomentsOfTwo(long x, int rows, long plane, long shift, long sums) {
    FloatVector ka = fromMemorySegment(FLOATS, ALL, shift, ORDER);
    FloatVector kb = fromMemorySegment(FLOATS, ALL, shift + BYTES, ORDER);
    FloatVector sa0 = fromMemorySegment(FLOATS, ALL, sums, ORDER);
    FloatVector sb0 = fromMemorySegment(FLOATS, ALL, sums + BYTES, ORDER);
    FloatVector qa0 = fromMemorySegment(FLOATS, ALL, sums + plane, ORDER);
    FloatVector qb0 = fromMemorySegment(FLOATS, ALL, sums + plane + BYTES, ORDER);
    FloatVector sa1 = FloatVector.zero(FLOATS);
    FloatVector sb1 = sa1;
    FloatVector qa1 = sa1;
    FloatVector qb1 = sa1;
    int i = 0;
    for (; i < rows - 1; i += 2) {
      long row = x + i * plane;
      FloatVector da0 = fromMemorySegment(FLOATS, ALL, row, ORDER).sub(ka);
      FloatVector db0 = fromMemorySegment(FLOATS, ALL, row + BYTES, ORDER).sub(kb);
      FloatVector da1 = fromMemorySegment(FLOATS, ALL, row + plane, ORDER).sub(ka);
      FloatVector db1 = fromMemorySegment(FLOATS, ALL, row + plane + BYTES, ORDER).sub(kb);
      sa0 = sa0.add(da0);
      sb0 = sb0.add(db0);
      sa1 = sa1.add(da1);
      sb1 = sb1.add(db1);
      qa0 = da0.fma(da0, qa0);
      qb0 = db0.fma(db0, qb0);
      qa1 = da1.fma(da1, qa1);
      qb1 = db1.fma(db1, qb1);
    }
    if (i < rows) {
      long row = x + i * plane;
      FloatVector da = fromMemorySegment(FLOATS, ALL, row, ORDER).sub(ka);
      FloatVector db = fromMemorySegment(FLOATS, ALL, row + BYTES, ORDER).sub(kb);
      sa0 = sa0.add(da);
      sb0 = sb0.add(db);
      qa0 = da.fma(da, qa0);
      qb0 = db.fma(db, qb0);
    }
    sa0.add(sa1).intoMemorySegment(ALL, sums, ORDER);
    sb0.add(sb1).intoMemorySegment(ALL, sums + BYTES, ORDER);
    qa0.add(qa1).intoMemorySegment(ALL, sums + plane, ORDER);
    qb0.add(qb1).intoMemorySegment(ALL, sums + plane + BYTES, ORDER);
  }

  /** See {@link NormLoops#addGradients}. */
  static void addGradients(ChannelGroup group, long x, long dy, int rows, long mean, long sums) {
    long plane = group.plane();
    int c = 0;
    for (; c <= group.width() - PAIR; c += PAIR) {
      long at = 4L * c;
      addGradientsOfTwo(x + at, dy + at, rows, plane, mean + at, sums + at);
    }
    for (; c < group.width(); c += LANES) {
      long at = 4L * c;
      addGradientsOfOne(x + at, dy + at, rows, plane, mean + at, sums + at, group.width() - c);
    }
  }

  private static void addGradientsOfOne(
      long x, long dy, int rows, long plane, long mean, long sums, int channels) {
    VectorMask<Float> inside = FIRST[Math.min(channels, LANES)];
    FloatVector m = fromMemorySegment(FLOATS, ALL, mean, ORDER);
    FloatVector s0 = fromMemorySegment(FLOATS, ALL, sums, ORDER);
    FloatVector p0 = fromMemorySegment(FLOATS, ALL, sums + plane, ORDER);
    FloatVector s1 = FloatVector.zero(FLOATS);
    FloatVector p1 = s1;
    int i = 0;
    for (; i < rows - 1; i += 2) {
      long row = i * plane;
      FloatVector g0 = fromMemorySegment(FLOATS, ALL, dy + row, ORDER);
      FloatVector g1 = fromMemorySegment(FLOATS, ALL, dy + row + plane, ORDER);
      s0 = s0.add(g0);
      s1 = s1.add(g1);
      p0 = fromMemorySegment(FLOATS, ALL, x + row, ORDER).sub(m).fma(g0, p0);
      p1 = fromMemorySegment(FLOATS, ALL, x + row + plane, ORDER).sub(m).fma(g1, p1);
    }
    if (i < rows) {
      long row = i * plane;
      FloatVector g = fromMemorySegment(FLOATS, ALL, dy + row, ORDER);
      s0 = s0.add(g);
      p0 = fromMemorySegment(FLOATS, ALL, x + row, ORDER).sub(m).fma(g, p0);
    }
    s0.add(s1).intoMemorySegment(ALL, sums, ORDER, inside);
    p0.add(p1).intoMemorySegment(ALL, sums + plane, ORDER, inside);
  }

  private static void addGradientsOfTwo(
      long x, long dy, int rows, long plane, long mean, long sums) {
    FloatVector ma = fromMemorySegment(FLOATS, ALL, mean, ORDER);
    FloatVector mb = fromMemorySegment(FLOATS, ALL, mean + BYTES, ORDER);
    FloatVector sa0 = fromMemorySegment(FLOATS, ALL, sums, ORDER);
    FloatVector sb0 = fromMemorySegment(FLOATS, ALL, sums + BYTES, ORDER);
    FloatVector pa0 = fromMemorySegment(FLOATS, ALL, sums + plane, ORDER);
    FloatVector pb0 = fromMemorySegment(FLOATS, ALL, sums + plane + BYTES, ORDER);
    FloatVector sa1 = FloatVector.zero(FLOATS);
    FloatVector sb1 = sa1;
    FloatVector pa1 = sa1;
    FloatVector pb1 = sa1;
    int i = 0;
    for (; i < rows - 1; i += 2) {
      long row = i * plane;
      long next = row + plane;
      FloatVector ga0 = fromMemorySegment(FLOATS, ALL, dy + row, ORDER);
      FloatVector gb0 = fromMemorySegment(FLOATS, ALL, dy + row + BYTES, ORDER);
      FloatVector ga1 = fromMemorySegment(FLOATS, ALL, dy + next, ORDER);
      FloatVector gb1 = fromMemorySegment(FLOATS, ALL, dy + next + BYTES, ORDER);
      sa0 = sa0.add(ga0);
      sb0 = sb0.add(gb0);
      sa1 = sa1.add(ga1);
      sb1 = sb1.add(gb1);
      pa0 = fromMemorySegment(FLOATS, ALL, x + row, ORDER).sub(ma).fma(ga0, pa0);
      pb0 = fromMemorySegment(FLOATS, ALL, x + row + BYTES, ORDER).sub(mb).fma(gb0, pb0);
      pa1 = fromMemorySegment(FLOATS, ALL, x + next, ORDER).sub(ma).fma(ga1, pa1);
      pb1 = fromMemorySegment(FLOATS, ALL, x + next + BYTES, ORDER).sub(mb).fma(gb1, pb1);
    }
    if (i < rows) {
      long row = i * plane;
      FloatVector ga = fromMemorySegment(FLOATS, ALL, dy + row, ORDER);
      FloatVector gb = fromMemorySegment(FLOATS, ALL, dy + row + BYTES, ORDER);
      sa0 = sa0.add(ga);
      sb0 = sb0.add(gb);
      pa0 = fromMemorySegment(FLOATS, ALL, x + row, ORDER).sub(ma).fma(ga, pa0);
      pb0 = fromMemorySegment(FLOATS, ALL, x + row + BYTES, ORDER).sub(mb).fma(gb, pb0);
    }
    sa0.add(sa1).intoMemorySegment(ALL, sums, ORDER);
    sb0.add(sb1).intoMemorySegment(ALL, sums + BYTES, ORDER);
    pa0.add(pa1).intoMemorySegment(ALL, sums + plane, ORDER);
    pb0.add(pb1).intoMemorySegment(ALL, sums + plane + BYTES, ORDER);
  }

  /** See {@link NormLoops#joinMoments}. */
  static void joinMoments(
      ChannelGroup group, long block, long totals, float each, float share, float weight) {
    long plane = group.plane();
    for (int c = 0; c < group.width(); c += LANES) {
      VectorMask<Float> inside = FIRST[Math.min(group.width() - c, LANES)];
      long from = block + 4L * c;
      long to = totals + 4L * c;
      FloatVector sum = fromMemorySegment(FLOATS, ALL, from + plane, ORDER);
      FloatVector away = sum.mul(each);
      FloatVector mean = fromMemorySegment(FLOATS, ALL, to + plane, ORDER);
      FloatVector distance =
          fromMemorySegment(FLOATS, ALL, from, ORDER)
              .sub(fromMemorySegment(FLOATS, ALL, to, ORDER))
              .add(away)
              .sub(mean);
      FloatVector squares =
          fromMemorySegment(FLOATS, ALL, from + 2 * plane, ORDER).sub(away.mul(sum));
      mean.add(distance.mul(share)).intoMemorySegment(ALL, to + plane, ORDER, inside);
      fromMemorySegment(FLOATS, ALL, to + 2 * plane, ORDER)
          .add(distance.mul(weight).mul(distance).add(squares))
          .intoMemorySegment(ALL, to + 2 * plane, ORDER, inside);
    }
  }

  /** See {@link NormLoops#joinGradients}. */
  static void joinGradients(ChannelGroup group, long block, long totals) {
    for (long at = 0; at < 2 * group.plane(); at += group.plane()) {
      for (int c = 0; c < group.width(); c += LANES) {
        fromMemorySegment(FLOATS, ALL, totals + at + 4L * c, ORDER)
            .add(fromMemorySegment(FLOATS, ALL, block + at + 4L * c, ORDER))
            .intoMemorySegment(
                ALL, totals + at + 4L * c, ORDER, FIRST[Math.min(group.width() - c, LANES)]);
      }
    }
  }
}
