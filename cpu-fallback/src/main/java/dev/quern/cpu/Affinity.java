package dev.quern.cpu;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** Which processor a thread runs on, and which ones it may; of Linux ({@code sched(7)}). */
final class Affinity {
  /** Of the C library's {@code cpu_set_t}: 1024 processors. */
  private static final long SET_BYTES = 128;

  private static final long THIS_THREAD = 0;

  private static final @Nullable Affinity OFFERED = of(SystemCalls.offered());

  private final SystemCalls system;
  private final MemorySegment current;
  private final MemorySegment get;
  private final MemorySegment set;

  private Affinity(SystemCalls system) {
    this.system = system;
    current = system.find("sched_getcpu");
    get = system.find("sched_getaffinity");
    set = system.find("sched_setaffinity");
  }

  private static @Nullable Affinity of(@Nullable SystemCalls system) {
    return system == null ? null : new Affinity(system);
  }

  /** Where the operating system tells; null elsewhere. */
  static @Nullable Affinity offered() {
    return OFFERED;
  }

  /** Number of the processor that this thread runs on, at this moment. Takes 0.01 us. */
  int processor() {
    return (int) system.call(current, 0, 0, 0, 0, 0, 0);
  }

  /** Processors that this thread may run on; none if there are too many to be told. */
  BitSet allowed() {
    try (Arena memory = Arena.ofConfined()) {
      MemorySegment bits = memory.allocate(SET_BYTES, Long.BYTES);
      int status = (int) system.call(get, THIS_THREAD, SET_BYTES, bits.address(), 0, 0, 0);
      return status == 0 ? BitSet.valueOf(bits.toArray(JAVA_LONG)) : new BitSet();
    }
  }

  /** Says where this thread may run; it is there when this returns, unless Linux refuses. */
  void allow(BitSet processors) {
    try (Arena memory = Arena.ofConfined()) {
      MemorySegment bits = memory.allocate(SET_BYTES, Long.BYTES);
      long[] words = processors.toLongArray();
      MemorySegment.copy(words, 0, bits, JAVA_LONG, 0, words.length);
      int _ = (int) system.call(set, THIS_THREAD, SET_BYTES, bits.address(), 0, 0, 0);
    }
  }
}
