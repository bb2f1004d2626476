package dev.quern.cpu;

import dev.quern.core.Arena;
import dev.quern.core.DataType;
import dev.quern.core.DeviceBuffer;
import org.jspecify.annotations.Nullable;

/** A buffer that knows its address. */
final class CpuBuffer extends DeviceBuffer {
  private final long address;

  CpuBuffer(Arena arena, String label, DataType type, long offset, long count, long address) {
    super(arena, label, type, offset, count);
    this.address = address;
  }

  /** Address of a buffer of this backend. */
  static long address(DeviceBuffer buffer) {
    return ((CpuBuffer) buffer).address;
  }

  /** Address of a buffer of this backend, or 0 if it was left out. */
  static long addressOrZero(@Nullable DeviceBuffer buffer) {
    return buffer == null ? 0 : address(buffer);
  }
}
