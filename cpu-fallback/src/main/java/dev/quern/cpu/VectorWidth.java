package dev.quern.cpu;

import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The one vector width of this process: what {@code quern.cpu.vectorBits} asks for, else what the
 * processor prefers, between 128 and 512 bits. Species must be constants to the compiler, or every
 * vector becomes an object; so the width is chosen when this class is loaded, once.
 *
 * <p>All float vectors have it, even where fewer lanes would do: from a process that uses two
 * widths the compiler learns to expect either at every place in the JDK. In six of ten processes it
 * then made objects of a tile's or a batch normalisation's sums in every round of their loops.
 *
 * <p>For the same reason no method of this package takes or returns a vector: the compiler inlines
 * the Vector API's own methods always, but ours only until a method has grown to a certain size,
 * and a vector that crosses a call becomes an object. Softmax and Adam written with small functions
 * of vectors were up to ten times slower than they are now, and allocated megabytes a run.
 */
final class VectorWidth {
  /** Whole vectors of float32. */
  static final VectorSpecies<Float> FLOATS =
      VectorSpecies.of(float.class, VectorShape.forBitSize(chosenBits()));

  /** As many int32 lanes as {@link #FLOATS} has. */
  static final VectorSpecies<Integer> INTS = FLOATS.withLanes(int.class);

  /** Half as many int64 lanes, in as many bits. */
  static final VectorSpecies<Long> LONGS = FLOATS.withLanes(long.class);

  /** Float32 lanes of a vector. */
  static final int LANES = FLOATS.length();

  /** Bytes of a vector. */
  static final long BYTES = FLOATS.vectorByteSize();

  /**
   * Masks of the first lanes, by their number. One that is made on the spot is an object until the
   * compiler has inlined all that makes it, which on a busy machine it may never do.
   */
  @SuppressWarnings({"unchecked", "rawtypes"}) // Java makes no arrays of generic types
  static final VectorMask<Float>[] FIRST =
      IntStream.rangeClosed(0, LANES)
          .mapToObj(lanes -> FLOATS.indexInRange(0, lanes))
          .toArray(VectorMask[]::new);

  private VectorWidth() {}

  /** Bits of a vector. */
  static int bits() {
    return FLOATS.vectorBitSize();
  }

  private static int chosenBits() {
    int asked = Integer.getInteger(Simd.BITS_PROPERTY, 0);
    int preferred = FloatVector.SPECIES_PREFERRED.vectorBitSize();
    return asked > 0 ? asked : Math.clamp(preferred, 128, 512);
  }
}
