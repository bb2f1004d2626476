package dev.quern.cpu;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
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

  private static final @Nullable LargePages OFFERED =
      System.getProperty("os.name", "").equals("Linux") ? new LargePages() : null;

  private final MethodHandle map =
      function("mmap", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
  private final MethodHandle advise = function("madvise", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
  private final MethodHandle unmap = function("munmap", JAVA_INT, JAVA_LONG, JAVA_LONG);

  private LargePages() {}

  /** Where the operating system has such pages; null elsewhere. */
  static @Nullable LargePages offered() {
    return OFFERED;
  }

  @SuppressWarnings("restricted") // the caller enables native access, as for any backend
  private static MethodHandle function(
      String name, MemoryLayout result, MemoryLayout... arguments) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, arguments));
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
    long address;
    try {
      address =
          (long) map.invokeExact(0L, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, NO_FILE, 0L);
    } catch (Throwable e) {
      throw new AssertionError(e); // mmap throws nothing
    }
    if (address == MAP_FAILED) {
      throw new OutOfMemoryError("the operating system refused " + bytes + " bytes");
    }
    return address;
  }

  /** An operating system that refuses leaves small pages, which do as well. */
  private void advise(long address, long bytes) {
    try {
      int _ = (int) advise.invokeExact(address, bytes, MADV_HUGEPAGE);
    } catch (Throwable e) {
      throw new AssertionError(e); // madvise throws nothing
    }
  }

  private void unmap(long address, long bytes) {
    try {
      int _ = (int) unmap.invokeExact(address, bytes);
    } catch (Throwable e) {
      throw new AssertionError(e); // munmap throws nothing
    }
  }
}
