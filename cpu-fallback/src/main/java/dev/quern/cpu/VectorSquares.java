package dev.quern.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Squares as eight vectors: blocks of four, two and one change places across the diagonal, as in
 * Eklundh, "A Fast Computer Method for Matrix Transposing", 1972. Vectors of 512 bits hold two
 * squares side by side.
 *
 * <p>They are as wide as all others, though 256 bits would do: a process that has used vectors of
 * two widths has taught the compiler to expect both at every place in the JDK, and tiles compiled
 * after that were half as fast.
 */
final class VectorSquares implements Squares {
  /** What the loops need of a processor. */
  static final int LEAST_BITS = 256;

  private static final VectorSpecies<Float> ROW = VectorWidth.FLOATS;
  private static final boolean TWO_SQUARES = VectorWidth.LANES > SIDE;
  private static final VectorShuffle<Float> BY_4 = VectorShuffle.fromOp(ROW, lane -> lane ^ 4);
  private static final VectorShuffle<Float> BY_2 = VectorShuffle.fromOp(ROW, lane -> lane ^ 2);
  private static final VectorShuffle<Float> BY_1 = VectorShuffle.fromOp(ROW, lane -> lane ^ 1);
  private static final VectorMask<Float> LAST_4 = VectorMask.fromLong(ROW, 0xF0F0);
  private static final VectorMask<Float> LAST_2 = VectorMask.fromLong(ROW, 0xCCCC);
  private static final VectorMask<Float> LAST_1 = VectorMask.fromLong(ROW, 0xAAAA);
  private static final VectorMask<Float> FIRST_SQUARE = VectorMask.fromLong(ROW, 0x00FF);
  private static final VectorMask<Float> SECOND_SQUARE = VectorMask.fromLong(ROW, 0xFF00);

  @Override
  public int lines() {
    return VectorWidth.LANES;
  }

  @Override
  public void transpose(long source, long sourceStride, long target, long targetStride, int count) {
    for (long square = 0; square < count; square++) {
      transpose(
          source + square * SIDE * sourceStride,
          sourceStride,
          target + square * SIDE * Float.BYTES,
          targetStride);
    }
  }

  /** Every vector has a variable of its own, or the compiler would not keep it in a register. */
  private static void transpose(long from, long read, long to, long write) {
    FloatVector a0 = FloatVector.fromMemorySegment(ROW, NativeMemory.ALL, from, NativeMemory.ORDER);
    FloatVector a1 =
        FloatVector.fromMemorySegment(ROW, NativeMemory.ALL, from + read, NativeMemory.ORDER);
    FloatVector a2 =
        FloatVector.fromMemorySegment(ROW, NativeMemory.ALL, from + 2 * read, NativeMemory.ORDER);
    FloatVector a3 =
        FloatVector.fromMemorySegment(ROW, NativeMemory.ALL, from + 3 * read, NativeMemory.ORDER);
    FloatVector a4 =
        FloatVector.fromMemorySegment(ROW, NativeMemory.ALL, from + 4 * read, NativeMemory.ORDER);
    FloatVector a5 =
        FloatVector.fromMemorySegment(ROW, NativeMemory.ALL, from + 5 * read, NativeMemory.ORDER);
    FloatVector a6 =
        FloatVector.fromMemorySegment(ROW, NativeMemory.ALL, from + 6 * read, NativeMemory.ORDER);
    FloatVector a7 =
        FloatVector.fromMemorySegment(ROW, NativeMemory.ALL, from + 7 * read, NativeMemory.ORDER);
    FloatVector b0 = a0.blend(a4.rearrange(BY_4), LAST_4);
    FloatVector b4 = a0.rearrange(BY_4).blend(a4, LAST_4);
    FloatVector b1 = a1.blend(a5.rearrange(BY_4), LAST_4);
    FloatVector b5 = a1.rearrange(BY_4).blend(a5, LAST_4);
    FloatVector b2 = a2.blend(a6.rearrange(BY_4), LAST_4);
    FloatVector b6 = a2.rearrange(BY_4).blend(a6, LAST_4);
    FloatVector b3 = a3.blend(a7.rearrange(BY_4), LAST_4);
    FloatVector b7 = a3.rearrange(BY_4).blend(a7, LAST_4);
    FloatVector c0 = b0.blend(b2.rearrange(BY_2), LAST_2);
    FloatVector c2 = b0.rearrange(BY_2).blend(b2, LAST_2);
    FloatVector c1 = b1.blend(b3.rearrange(BY_2), LAST_2);
    FloatVector c3 = b1.rearrange(BY_2).blend(b3, LAST_2);
    FloatVector c4 = b4.blend(b6.rearrange(BY_2), LAST_2);
    FloatVector c6 = b4.rearrange(BY_2).blend(b6, LAST_2);
    FloatVector c5 = b5.blend(b7.rearrange(BY_2), LAST_2);
    FloatVector c7 = b5.rearrange(BY_2).blend(b7, LAST_2);
    FloatVector d0 = c0.blend(c1.rearrange(BY_1), LAST_1);
    FloatVector d1 = c0.rearrange(BY_1).blend(c1, LAST_1);
    FloatVector d2 = c2.blend(c3.rearrange(BY_1), LAST_1);
    FloatVector d3 = c2.rearrange(BY_1).blend(c3, LAST_1);
    FloatVector d4 = c4.blend(c5.rearrange(BY_1), LAST_1);
    FloatVector d5 = c4.rearrange(BY_1).blend(c5, LAST_1);
    FloatVector d6 = c6.blend(c7.rearrange(BY_1), LAST_1);
    FloatVector d7 = c6.rearrange(BY_1).blend(c7, LAST_1);
    if (TWO_SQUARES) {
      d0.intoMemorySegment(NativeMemory.ALL, to, NativeMemory.ORDER, FIRST_SQUARE);
      d1.intoMemorySegment(NativeMemory.ALL, to + write, NativeMemory.ORDER, FIRST_SQUARE);
      d2.intoMemorySegment(NativeMemory.ALL, to + 2 * write, NativeMemory.ORDER, FIRST_SQUARE);
      d3.intoMemorySegment(NativeMemory.ALL, to + 3 * write, NativeMemory.ORDER, FIRST_SQUARE);
      d4.intoMemorySegment(NativeMemory.ALL, to + 4 * write, NativeMemory.ORDER, FIRST_SQUARE);
      d5.intoMemorySegment(NativeMemory.ALL, to + 5 * write, NativeMemory.ORDER, FIRST_SQUARE);
      d6.intoMemorySegment(NativeMemory.ALL, to + 6 * write, NativeMemory.ORDER, FIRST_SQUARE);
      d7.intoMemorySegment(NativeMemory.ALL, to + 7 * write, NativeMemory.ORDER, FIRST_SQUARE);
      long second = to + SIDE * write - SIDE * Float.BYTES; // its lanes are the last eight
      d0.intoMemorySegment(NativeMemory.ALL, second, NativeMemory.ORDER, SECOND_SQUARE);
      d1.intoMemorySegment(NativeMemory.ALL, second + write, NativeMemory.ORDER, SECOND_SQUARE);
      d2.intoMemorySegment(NativeMemory.ALL, second + 2 * write, NativeMemory.ORDER, SECOND_SQUARE);
      d3.intoMemorySegment(NativeMemory.ALL, second + 3 * write, NativeMemory.ORDER, SECOND_SQUARE);
      d4.intoMemorySegment(NativeMemory.ALL, second + 4 * write, NativeMemory.ORDER, SECOND_SQUARE);
      d5.intoMemorySegment(NativeMemory.ALL, second + 5 * write, NativeMemory.ORDER, SECOND_SQUARE);
      d6.intoMemorySegment(NativeMemory.ALL, second + 6 * write, NativeMemory.ORDER, SECOND_SQUARE);
      d7.intoMemorySegment(NativeMemory.ALL, second + 7 * write, NativeMemory.ORDER, SECOND_SQUARE);
    } else {
      d0.intoMemorySegment(NativeMemory.ALL, to, NativeMemory.ORDER);
      d1.intoMemorySegment(NativeMemory.ALL, to + write, NativeMemory.ORDER);
      d2.intoMemorySegment(NativeMemory.ALL, to + 2 * write, NativeMemory.ORDER);
      d3.intoMemorySegment(NativeMemory.ALL, to + 3 * write, NativeMemory.ORDER);
      d4.intoMemorySegment(NativeMemory.ALL, to + 4 * write, NativeMemory.ORDER);
      d5.intoMemorySegment(NativeMemory.ALL, to + 5 * write, NativeMemory.ORDER);
      d6.intoMemorySegment(NativeMemory.ALL, to + 6 * write, NativeMemory.ORDER);
      d7.intoMemorySegment(NativeMemory.ALL, to + 7 * write, NativeMemory.ORDER);
    }
  }

  /** Runs it on made-up squares until it is compiled; false if it never was. */
  static boolean exercise(Squares squares) {
    int count = 16;
    long row = (long) squares.lines() * Float.BYTES;
    long bytes = SIDE * row * count;
    try (NativeBlock block = new NativeBlock(2 * bytes)) {
      long targetStride = (long) SIDE * count * Float.BYTES;
      return Warming.untilCompiled(
          64L * count * 16,
          () -> {
            for (int run = 0; run < 16; run++) {
              squares.transpose(block.address(), row, block.address() + bytes, targetStride, count);
            }
          });
    }
  }
}
