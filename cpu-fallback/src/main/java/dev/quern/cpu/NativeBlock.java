package dev.quern.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** One block of native memory, zeroed, aligned for every use, with readable slack behind it. */
final class NativeBlock implements AutoCloseable {
  private final Arena owner = Arena.ofShared();
  private final MemorySegment segment;
  private final long bytes;

  /**
   * Allocates.
   *
   * @throws OutOfMemoryError if the operating system has not that much
   */
  NativeBlock(long bytes) {
    this.bytes = bytes;
    segment = owner.allocate(bytes + NativeMemory.SLACK_BYTES, dev.quern.core.Arena.ALIGNMENT);
  }

  long address() {
    return segment.address();
  }

  long bytes() {
    return bytes;
  }

  MemorySegment segment() {
    return segment.asSlice(0, bytes);
  }

  @Override
  public void close() {
    owner.close();
  }
}
