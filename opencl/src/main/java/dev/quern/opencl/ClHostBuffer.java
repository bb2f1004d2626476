package dev.quern.opencl;

import dev.quern.core.HostBuffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Staging memory outside the Java heap, aligned for direct transfers. */
final class ClHostBuffer extends HostBuffer {
  private static final long PAGE_BYTES = 4096;

  private final Arena owner = Arena.ofShared();
  private final MemorySegment segment;

  ClHostBuffer(ClDevice device, String label, long bytes) {
    super(device, label);
    segment = owner.allocate(Math.max(1, bytes), PAGE_BYTES).asSlice(0, bytes);
  }

  @Override
  public MemorySegment segment() {
    return segment;
  }

  @Override
  protected void release() {
    owner.close();
  }
}
