package dev.quern.cuda;

import dev.quern.core.Arena;
import dev.quern.core.DataType;
import dev.quern.core.DeviceBuffer;

/** An arena in one block of device memory. */
final class CudaArena extends Arena {
  private final CudaMemory memory;

  CudaArena(CudaDevice device, String label, CudaMemory memory, long bytes) {
    super(device, label, bytes);
    this.memory = memory;
  }

  @Override
  protected DeviceBuffer slice(String label, DataType type, long offset, long count) {
    return new CudaBuffer(this, label, type, offset, count, memory);
  }

  @Override
  protected void release() {
    memory.close();
  }
}
