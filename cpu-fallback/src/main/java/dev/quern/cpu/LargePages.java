package dev.quern.cpu;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
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

  private final MethodHandle call = link();
  private final MemorySegment mmap = symbol("mmap");
  private final MemorySegment madvise = symbol("madvise");
  private final MemorySegment munmap = symbol("munmap");

  private LargePages() {}

  /** Where the operating system has such pages; null elsewhere. */
  static @Nullable LargePages offered() {
    return OFFERED;
  }

  /**
   * One way of calling for all three functions: Java takes 20 ms to prepare one. They are called
   * with {@code mmap}'s number of arguments, and all of them as wide as registers; in the calling
   * conventions of x86-64 and ARM64 a function looks only at the registers, and the parts of them,
   * that it has parameters for.
   */
  @SuppressWarnings("restricted") // the caller enables native access, as for any backend
  private static MethodHandle link() {
    return Linker.nativeLinker()
        .downcallHandle(
            FunctionDescriptor.of(
                JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
  }

  private static MemorySegment symbol(String name) {
    return Linker.nativeLinker().defaultLookup().findOrThrow(name);
  }

  private long call(MemorySegment function, long a, long b, long c, long d, long e, long f) {
    try {
      return (long) call.invokeExact(function, a, b, c, d, e, f);
    } catch (Throwable thrown) {
      throw new AssertionError(thrown); // system calls throw nothing
    }
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
    long address = call(mmap, 0, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, NO_FILE, 0);
    if (address == MAP_FAILED) {
      throw new OutOfMemoryError("the operating system refused " + bytes + " bytes");
    }
    return address;
  }

  /** An operating system that refuses leaves small pages, which do as well. */
  private void advise(long address, long bytes) {
    long _ = call(madvise, address, bytes, MADV_HUGEPAGE, 0, 0, 0);
  }

  private void unmap(long address, long bytes) {
    long _ = call(munmap, address, bytes, 0, 0, 0, 0);
  }
}
