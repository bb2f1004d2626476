package dev.quern.cpu;

import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Squares as eight vectors, by {@link VectorSquaresGenerator}'s code. Vectors of 512 bits hold two
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

  // Constants of the generated code.
  static final VectorShuffle<Float> BY_4 = VectorShuffle.fromOp(ROW, lane -> lane ^ 4);
  static final VectorShuffle<Float> BY_2 = VectorShuffle.fromOp(ROW, lane -> lane ^ 2);
  static final VectorShuffle<Float> BY_1 = VectorShuffle.fromOp(ROW, lane -> lane ^ 1);
  static final VectorMask<Float> LAST_4 = VectorMask.fromLong(ROW, 0xF0F0);
  static final VectorMask<Float> LAST_2 = VectorMask.fromLong(ROW, 0xCCCC);
  static final VectorMask<Float> LAST_1 = VectorMask.fromLong(ROW, 0xAAAA);
  static final VectorMask<Float> SQUARE_0 = VectorMask.fromLong(ROW, 0x00FF);
  static final VectorMask<Float> SQUARE_1 = VectorMask.fromLong(ROW, 0xFF00);

  private final Loop loop = new VectorSquaresGenerator().generate();

  /** {@link Squares#transpose}, as it is generated. */
  interface Loop {
    void run(long source, long sourceStride, long target, long targetStride, int count);
  }

  @Override
  public int lines() {
    return VectorWidth.LANES;
  }

  @Override
  public void transpose(long source, long sourceStride, long target, long targetStride, int count) {
    loop.run(source, sourceStride, target, targetStride, count);
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
