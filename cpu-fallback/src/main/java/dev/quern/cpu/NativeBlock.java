package dev.quern.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** One block of native memory, zeroed, aligned for every use, with readable slack behind it. */
final class NativeBlock implements AutoCloseable {
  /** Half of a second-level cache: what is smaller lies well in it in any case. */
  private static final long LEAST_FOR_LARGE_PAGES = 512 << 10;

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
    LargePages pages = bytes < LEAST_FOR_LARGE_PAGES ? null : LargePages.offered();
    long wanted = bytes + NativeMemory.SLACK_BYTES;
    segment =
        pages == null
            ? owner.allocate(wanted, dev.quern.core.Arena.ALIGNMENT)
            : pages.allocate(wanted, owner);
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
