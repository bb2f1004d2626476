package dev.quern.cpu;

import dev.quern.core.Arena;
import dev.quern.core.DataType;
import dev.quern.core.DeviceBuffer;
import java.util.function.Consumer;

/** An arena in native memory. */
final class CpuArena extends Arena {
  private final NativeBlock block;
  private final Consumer<Object> onRelease;

  CpuArena(CpuDevice device, String label, NativeBlock block, Consumer<Object> onRelease) {
    super(device, label, block.bytes());
    this.block = block;
    this.onRelease = onRelease;
  }

  @Override
  protected DeviceBuffer slice(String label, DataType type, long offset, long count) {
    return new CpuBuffer(this, label, type, offset, count, block.address() + offset);
  }

  @Override
  protected void release() {
    block.close();
    onRelease.accept(block);
  }
}
