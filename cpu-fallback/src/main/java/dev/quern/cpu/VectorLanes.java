package dev.quern.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** What the loops over vectors do at every step. */
final class VectorLanes {
  private VectorLanes() {}

  /** A whole vector from memory; it may reach beyond the end of a buffer. */
  static FloatVector load(long address) {
    return FloatVector.fromMemorySegment(
        VectorWidth.FLOATS, NativeMemory.ALL, address, NativeMemory.ORDER);
  }

  /** A whole vector of int32. */
  static IntVector loadInts(long address) {
    return IntVector.fromMemorySegment(
        VectorWidth.INTS, NativeMemory.ALL, address, NativeMemory.ORDER);
  }

  /** One value in all lanes. */
  static FloatVector splat(float value) {
    return FloatVector.broadcast(VectorWidth.FLOATS, value);
  }

  /** The first lanes of a vector, all if there are fewer, and another value in the rest. */
  static FloatVector first(FloatVector vector, int lanes, float rest) {
    return splat(rest).blend(vector, VectorWidth.FLOATS.indexInRange(0, lanes));
  }

  /** Stores a whole vector. */
  static void store(FloatVector value, long address) {
    value.intoMemorySegment(NativeMemory.ALL, address, NativeMemory.ORDER);
  }

  /** Stores the first lanes of a vector, all if there are fewer. */
  static void store(FloatVector value, long address, int lanes) {
    if (lanes >= VectorWidth.LANES) {
      store(value, address);
    } else {
      value.intoMemorySegment(
          NativeMemory.ALL,
          address,
          NativeMemory.ORDER,
          VectorWidth.FLOATS.indexInRange(0, lanes));
    }
  }

  /** Stores the first lanes of a vector of int32, all if there are fewer. */
  static void store(IntVector value, long address, int lanes) {
    if (lanes >= VectorWidth.LANES) {
      value.intoMemorySegment(NativeMemory.ALL, address, NativeMemory.ORDER);
    } else {
      value.intoMemorySegment(
          NativeMemory.ALL,
          address,
          NativeMemory.ORDER,
          VectorWidth.INTS.indexInRange(0, lanes));
    }
  }
}
