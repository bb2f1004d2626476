package dev.quern.cpu;

import static dev.quern.cpu.NativeMemory.ALL;
import static dev.quern.cpu.NativeMemory.ORDER;
import static dev.quern.cpu.VectorWidth.BYTES;
import static dev.quern.cpu.VectorWidth.FLOATS;
import static dev.quern.cpu.VectorWidth.INTS;
import static dev.quern.cpu.VectorWidth.LONGS;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * {@link DropoutLoops} over vectors: a block of Philox in each 64-bit lane. A word lives in the
 * lower half of its lane, whatever stands above it; the compiler turns a product of masked lanes
 * into the processor's 32 x 32 to 64 bit multiplication, of which the algorithm needs two a block
 * and round. That makes two vectors of floats at a time. The last elements, fewer than that, go
 * through the scalar loop, which draws the same words.
 */
final class VectorDropoutLoops implements DropoutLoops {
  private static final ScalarDropoutLoops REST = new ScalarDropoutLoops();
  private static final int BLOCKS = LONGS.length();
  private static final int AT_ONCE = 4 * BLOCKS;
  private static final long LOW = 0xFFFFFFFFL;
  private static final LongVector BLOCK_NUMBERS = LongVector.zero(LONGS).addIndex(1);

  /**
   * Pairs of lanes 0 0 1 1 2 2 ..., and the same from the middle on. Of ints, since the compiler
   * does not shuffle two longs.
   */
  private static final VectorShuffle<Integer> FRONT_TWICE =
      VectorShuffle.fromOp(INTS, lane -> lane / 4 * 2 + lane % 2);

  private static final VectorShuffle<Integer> BACK_TWICE =
      VectorShuffle.fromOp(INTS, lane -> BLOCKS + lane / 4 * 2 + lane % 2);

  /** Every other pair of lanes. */
  private static final VectorMask<Integer> ODD = VectorMask.fromLong(INTS, 0xCCCCL);

  @Override
  public void apply(long source, long target, long first, int count, DropoutDraw draw) {
    FloatVector zero = FloatVector.zero(FLOATS);
    int i = 0;
    for (; i <= count - AT_ONCE; i += AT_ONCE) {
      LongVector c0 = BLOCK_NUMBERS.add((first + i) >>> 2);
      LongVector c1 = c0.lanewise(VectorOperators.LSHR, 32);
      LongVector c2 = LongVector.broadcast(LONGS, draw.step());
      LongVector c3 = LongVector.zero(LONGS);
      int k0 = (int) draw.seed;
      int k1 = (int) (draw.seed >>> 32);
      for (int round = 0; round < PhiloxConstants.ROUNDS; round++) {
        LongVector p0 = c0.and(LOW).mul(PhiloxConstants.MULTIPLIER_0);
        LongVector p1 = c2.and(LOW).mul(PhiloxConstants.MULTIPLIER_1);
        c0 = p1.lanewise(VectorOperators.LSHR, 32).lanewise(VectorOperators.XOR, c1);
        c0 = c0.lanewise(VectorOperators.XOR, k0);
        c1 = p1;
        c2 = p0.lanewise(VectorOperators.LSHR, 32).lanewise(VectorOperators.XOR, c3);
        c2 = c2.lanewise(VectorOperators.XOR, k1);
        c3 = p0;
        k0 += PhiloxConstants.WEYL_0;
        k1 += PhiloxConstants.WEYL_1;
      }
      // Words 0 and 1 of every block side by side as in memory, words 2 and 3 likewise, then both.
      IntVector words01 = c0.and(LOW).or(c1.lanewise(VectorOperators.LSHL, 32)).reinterpretAsInts();
      IntVector words23 = c2.and(LOW).or(c3.lanewise(VectorOperators.LSHL, 32)).reinterpretAsInts();
      VectorMask<Float> keepFront = kept(words01, words23, FRONT_TWICE, draw.leastKept);
      VectorMask<Float> keepBack = kept(words01, words23, BACK_TWICE, draw.leastKept);
      long at = 4L * i;
      FloatVector front = fromMemorySegment(FLOATS, ALL, source + at, ORDER).mul(draw.scale);
      FloatVector back = fromMemorySegment(FLOATS, ALL, source + at + BYTES, ORDER).mul(draw.scale);
      zero.blend(front, keepFront).intoMemorySegment(ALL, target + at, ORDER);
      zero.blend(back, keepBack).intoMemorySegment(ALL, target + at + BYTES, ORDER);
    }
    REST.apply(source + 4L * i, target + 4L * i, first + i, count - i, draw);
  }

  private static VectorMask<Float> kept(
      IntVector words01, IntVector words23, VectorShuffle<Integer> half, int least) {
    return words01
        .rearrange(half)
        .blend(words23.rearrange(half), ODD)
        .compare(VectorOperators.UGE, least)
        .cast(FLOATS);
  }
}
