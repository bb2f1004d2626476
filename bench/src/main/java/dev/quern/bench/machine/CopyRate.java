package dev.quern.bench.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * How many bytes all processors copy together, each between two places of its own that fit into the
 * caches asked about. Bytes read and bytes written count; what a store reads before does not.
 */
final class CopyRate {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final int PAGE = 4096;

  /** Long against the barrier in front of it. */
  private static final double SAMPLE_BYTES = 8e6;

  private CopyRate() {}

  /**
   * Bytes in a nanosecond.
   *
   * @param bytes that a processor's two places have together
   */
  static double gigabytes(Processors processors, long bytes, double seconds) {
    long half = Math.max(PAGE, bytes / 2 / PAGE * PAGE);
    int repeats = (int) Math.max(1, Math.rint(SAMPLE_BYTES / (2.0 * half)));
    try (Arena arena = Arena.ofShared()) {
      List<MemorySegment> from = new ArrayList<>();
      List<MemorySegment> to = new ArrayList<>();
      for (int i = 0; i < processors.count(); i++) {
        from.add(arena.allocate(half, PAGE).fill((byte) 1));
        to.add(arena.allocate(half, PAGE).fill((byte) 0));
      }
      IntToDoubleFunction work =
          thread -> {
            for (int i = 0; i < repeats; i++) {
              copy(from.get(thread), to.get(thread), half);
            }
            return 0;
          };
      double nanos = processors.nanos(work, seconds);
      return 2.0 * half * repeats * processors.count() / nanos;
    }
  }

  /** Java unrolls this, and looks at a segment's bounds once, not at each access. */
  private static void copy(MemorySegment from, MemorySegment to, long bytes) {
    for (long i = 0; i < bytes; i += SPECIES.vectorByteSize()) {
      FloatVector.fromMemorySegment(SPECIES, from, i, ORDER).intoMemorySegment(to, i, ORDER);
    }
  }
}
