package dev.quern.cpu;

import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Squares of as many rows as a vector has lanes, by {@link VectorSquaresGenerator}'s code.
 *
 * <p>Vectors are as wide as all others, though 256 bits would do: a process that has used vectors
 * of two widths has taught the compiler to expect both at every place in the JDK, and tiles
 * compiled after that were half as fast.
 */
final class VectorSquares implements Squares {
  /** What the loops need of a processor. */
  static final int LEAST_BITS = 256;

  private static final VectorSpecies<Float> ROW = VectorWidth.FLOATS;

  // Constants of the generated code; those of 8 are for vectors of 16 lanes.
  static final VectorShuffle<Float> BY_8 = by(8);
  static final VectorShuffle<Float> BY_4 = by(4);
  static final VectorShuffle<Float> BY_2 = by(2);
  static final VectorShuffle<Float> BY_1 = by(1);
  static final VectorMask<Float> LAST_8 = VectorMask.fromLong(ROW, 0xFF00);
  static final VectorMask<Float> LAST_4 = VectorMask.fromLong(ROW, 0xF0F0);
  static final VectorMask<Float> LAST_2 = VectorMask.fromLong(ROW, 0xCCCC);
  static final VectorMask<Float> LAST_1 = VectorMask.fromLong(ROW, 0xAAAA);

  private final Loop loop = new VectorSquaresGenerator().generate();

  /** {@link Squares#transpose}, as it is generated. */
  interface Loop {
    void run(long source, long sourceStride, long target, long targetStride, int count);
  }

  private static VectorShuffle<Float> by(int distance) {
    return VectorShuffle.fromOp(ROW, lane -> (lane ^ distance) % ROW.length());
  }

  @Override
  public int side() {
    return VectorWidth.LANES;
  }

  @Override
  public void transpose(long source, long sourceStride, long target, long targetStride, int count) {
    loop.run(source, sourceStride, target, targetStride, count);
  }

  /** Runs it on made-up squares until it is compiled; false if it never was. */
  static boolean exercise(Squares squares) {
    int count = 16;
    long side = squares.side();
    long sideBytes = side * Float.BYTES;
    long bytes = side * sideBytes * count;
    try (NativeBlock block = new NativeBlock(2 * bytes)) {
      return Warming.untilCompiled(
          64L * count * 16,
          () -> {
            for (int run = 0; run < 16; run++) {
              squares.transpose(
                  block.address(), count * sideBytes, block.address() + bytes, sideBytes, count);
            }
          });
    }
  }
}
