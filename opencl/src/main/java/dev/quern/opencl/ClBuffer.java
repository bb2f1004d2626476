package dev.quern.opencl;

import dev.quern.core.Arena;
import dev.quern.core.DataType;
import dev.quern.core.DeviceBuffer;

/** A buffer that knows its memory object. */
final class ClBuffer extends DeviceBuffer {
  private final long memory;

  ClBuffer(Arena arena, String label, DataType type, long offset, long count, long memory) {
    super(arena, label, type, offset, count);
    this.memory = memory;
  }

  /** The cl_mem of a buffer of this backend. */
  static long memory(DeviceBuffer buffer) {
    return ((ClBuffer) buffer).memory;
  }

  /** Where it begins in its memory object, in elements of its type. */
  static long start(DeviceBuffer buffer) {
    return buffer.offset() / buffer.type().bytes();
  }
}
