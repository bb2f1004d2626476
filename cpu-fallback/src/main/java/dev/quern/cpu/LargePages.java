package dev.quern.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Memory in pages of 2 MB instead of 4 KB, for which Linux has to be asked ({@code madvise}, see
 * "Transparent Hugepage Support" in its manual). Arrays of megabytes then need a hundredth of the
 * processor's table of pages, and lie in its second-level cache as they lie in memory: pages of 4
 * KB fall on each other there by chance, which makes the same kernel faster or slower from start to
 * start.
 */
final class LargePages {
  /** Of x86-64, and of ARM64 with pages of 4 KB. */
  static final long BYTES = 2L << 20;

  private static final int PROT_READ_WRITE = 1 | 2;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x02 | 0x20;
  private static final int MADV_HUGEPAGE = 14;
  private static final int NO_FILE = -1;
  private static final long MAP_FAILED = -1;

  private static final @Nullable LargePages OFFERED = of(SystemCalls.offered());

  private final SystemCalls system;
  private final MemorySegment mmap;
  private final MemorySegment madvise;
  private final MemorySegment munmap;

  private LargePages(SystemCalls system) {
    this.system = system;
    mmap = system.find("mmap");
    madvise = system.find("madvise");
    munmap = system.find("munmap");
  }

  private static @Nullable LargePages of(@Nullable SystemCalls system) {
    return system == null ? null : new LargePages(system);
  }

  /** Where the operating system has such pages; null elsewhere. */
  static @Nullable LargePages offered() {
    return OFFERED;
  }

  /**
   * Zeroed memory that begins with a page. What the pages really are is up to the operating system:
   * small ones if it has no large ones free.
   *
   * @param owner frees it when closed
   * @throws OutOfMemoryError if the operating system has not that much
   */
  @SuppressWarnings("restricted")
  MemorySegment allocate(long bytes, Arena owner) {
    long mapped = bytes + BYTES;
    long address = map(mapped);
    long begin = (address + BYTES - 1) & -BYTES;
    MemorySegment segment =
        MemorySegment.ofAddress(begin).reinterpret(bytes, owner, freed -> unmap(address, mapped));
    advise(begin, address + mapped - begin);
    return segment;
  }

  private long map(long bytes) {
    long address = system.call(mmap, 0, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, NO_FILE, 0);
    if (address == MAP_FAILED) {
      throw new OutOfMemoryError("the operating system refused " + bytes + " bytes");
    }
    return address;
  }

  /** An operating system that refuses leaves small pages, which do as well. */
  private void advise(long address, long bytes) {
    long _ = system.call(madvise, address, bytes, MADV_HUGEPAGE, 0, 0, 0);
  }

  private void unmap(long address, long bytes) {
    long _ = system.call(munmap, address, bytes, 0, 0, 0, 0);
  }
}
