package dev.quern.cpu;

import dev.quern.core.HostBuffer;
import java.lang.foreign.MemorySegment;

/** Staging memory, which on this device is memory like any other. */
final class CpuHostBuffer extends HostBuffer {
  private final NativeBlock block;
  private final MemorySegment segment;

  CpuHostBuffer(CpuDevice device, String label, NativeBlock block) {
    super(device, label);
    this.block = block;
    this.segment = block.segment();
  }

  @Override
  public MemorySegment segment() {
    return segment;
  }

  @Override
  protected void release() {
    block.close();
  }
}
