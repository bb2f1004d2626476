package dev.quern.cpu;

import static dev.quern.cpu.VectorLanes.load;
import static dev.quern.cpu.VectorLanes.store;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link DropoutLoops} over vectors: a block of Philox in each 64-bit lane. A word lives in the lower
 * half of its lane, whatever stands above it; the compiler turns a product of two masked lanes into
 * the processor's 32 x 32 to 64 bit multiplication, of which the algorithm needs two a block and
 * round. So two vectors of floats, that is half as many blocks as they have lanes, are done at a time.
 */
final class VectorDropoutLoops implements DropoutLoops {
  private static final VectorSpecies<Long> SPECIES = VectorWidth.LONGS;
  private static final int LANES = VectorWidth.LANES;
  private static final int BLOCKS = SPECIES.length();
  private static final int AT_ONCE = 4 * BLOCKS;
  private static final long LOW = 0xFFFFFFFFL;

  private static final LongVector BLOCK_NUMBERS = LongVector.zero(SPECIES).addIndex(1);

  /** Lanes 0 0 1 1 2 2 ..., and the same from the middle on. */
  private static final VectorShuffle<Long> LOWER_TWICE =
      VectorShuffle.fromOp(SPECIES, lane -> lane / 2);

  private static final VectorShuffle<Long> UPPER_TWICE =
      VectorShuffle.fromOp(SPECIES, lane -> BLOCKS / 2 + lane / 2);

  private static final VectorMask<Long> ODD =
      VectorMask.fromLong(SPECIES, 0xAAAAAAAAAAAAAAAAL >>> (64 - BLOCKS));

  @Override
  public void apply(long source, long target, long first, int count, DropoutDraw draw) {
    for (int i = 0; i < count; i += AT_ONCE) {
      LongVector block = BLOCK_NUMBERS.add((first + i) >>> 2);
      LongVector c0 = block;
      LongVector c1 = block.lanewise(VectorOperators.LSHR, 32);
      LongVector c2 = LongVector.broadcast(SPECIES, draw.step());
      LongVector c3 = LongVector.zero(SPECIES);
      int k0 = (int) draw.seed;
      int k1 = (int) (draw.seed >>> 32);
      for (int round = 0; round < PhiloxConstants.ROUNDS; round++) {
        LongVector p0 = c0.and(LOW).mul(PhiloxConstants.MULTIPLIER_0);
        LongVector p1 = c2.and(LOW).mul(PhiloxConstants.MULTIPLIER_1);
        c0 = p1.lanewise(VectorOperators.LSHR, 32).lanewise(VectorOperators.XOR, c1).lanewise(VectorOperators.XOR, k0);
        c1 = p1;
        c2 = p0.lanewise(VectorOperators.LSHR, 32).lanewise(VectorOperators.XOR, c3).lanewise(VectorOperators.XOR, k1);
        c3 = p0;
        k0 += PhiloxConstants.WEYL_0;
        k1 += PhiloxConstants.WEYL_1;
      }
      LongVector front = pair(c0, c1);
      LongVector back = pair(c2, c3);
      int rest = count - i;
      long at = 4L * i;
      put(interleaved(front, back, LOWER_TWICE), source + at, target + at, rest, draw);
      if (rest > LANES) {
        long next = at + VectorWidth.BYTES;
        put(interleaved(front, back, UPPER_TWICE), source + next, target + next, rest - LANES, draw);
      }
    }
  }

  /** Two words of every block in the order of memory. */
  private static LongVector pair(LongVector low, LongVector high) {
    return low.and(LOW).or(high.lanewise(VectorOperators.LSHL, 32));
  }

  /** The first, then the second half of every other block, as four words of each in memory. */
  private static LongVector interleaved(
      LongVector front, LongVector back, VectorShuffle<Long> half) {
    return front.rearrange(half).blend(back.rearrange(half), ODD);
  }

  private static void put(
      LongVector words, long source, long target, int lanes, DropoutDraw draw) {
    VectorMask<Float> keep =
        words
            .reinterpretAsInts()
            .compare(VectorOperators.UGE, draw.leastKept)
            .cast(VectorWidth.FLOATS);
    FloatVector kept =
        FloatVector.zero(VectorWidth.FLOATS).blend(load(source).mul(draw.scale), keep);
    store(kept, target, lanes);
  }
}
