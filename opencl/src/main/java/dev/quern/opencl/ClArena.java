package dev.quern.opencl;

import dev.quern.core.Arena;
import dev.quern.core.DataType;
import dev.quern.core.DeviceBuffer;

/** An arena in one memory object. */
final class ClArena extends Arena {
  private final ClMemory memory;

  ClArena(ClDevice device, String label, ClMemory memory, long bytes) {
    super(device, label, bytes);
    this.memory = memory;
  }

  @Override
  protected DeviceBuffer slice(String label, DataType type, long offset, long count) {
    return new ClBuffer(this, label, type, offset, count, memory.handle());
  }

  /** The driver keeps the memory until work that uses it is done. */
  @Override
  protected void release() {
    memory.close();
  }
}
