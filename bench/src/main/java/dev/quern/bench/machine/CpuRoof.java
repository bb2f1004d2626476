package dev.quern.bench.machine;

import dev.quern.bench.result.Ceilings;
import dev.quern.bench.result.Ceilings.Level;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What this machine's processors can do at most, measured by code of its own, so that no kernel is
 * its own yardstick. Needs the Vector API: without it Java does not show what the machine can do.
 */
public final class CpuRoof {
  /** For each number, warming up apart. */
  private static final double SECONDS = 0.15;

  /** A part of a cache of the first level that other data hardly drive out. */
  private static final double FIRST_PART = 0.75;

  /** The same of others, in which pages lie by chance, some of them in each other's way. */
  private static final double PART = 0.375;

  /** A part of a cache that other processors use, too. */
  private static final double SHARED_PART = 0.25;

  /** Memory that surely lies in no cache: as a multiple of the largest. */
  private static final long BEYOND = 4;

  /** For machines whose caches are small or not known. */
  private static final long LEAST_BEYOND = 64L << 20;

  private CpuRoof() {}

  /**
   * Peak and bandwidths, in two seconds; unknown without the Vector API. The peak is taken twice:
   * while Java starts, its compilers need processors, too.
   */
  public static Ceilings measure() {
    Double early = peak();
    if (early == null) {
      return Ceilings.UNKNOWN;
    }
    List<Level> levels = levels();
    Double late = peak();
    return new Ceilings(late == null ? early : Math.max(early, late), levels);
  }

  /** Operations in a nanosecond, in a quarter of a second; null without the Vector API. */
  public static @Nullable Double peak() {
    return peak(SECONDS);
  }

  static @Nullable Double peak(double seconds) {
    if (withoutVectors()) {
      return null;
    }
    try (Processors processors = new Processors(Runtime.getRuntime().availableProcessors())) {
      return CpuPeak.gflops(processors, seconds);
    }
  }

  /** Small integer operations in a nanosecond. */
  static double issued(double seconds) {
    try (Processors processors = new Processors(Runtime.getRuntime().availableProcessors())) {
      return IssueRate.operations(processors, seconds);
    }
  }

  /**
   * Bytes copied in a nanosecond past all caches, in half a second; null without the Vector API.
   */
  public static @Nullable Double memory() {
    if (withoutVectors()) {
      return null;
    }
    double largest = LEAST_BEYOND;
    try (Processors processors = new Processors(Runtime.getRuntime().availableProcessors())) {
      for (CacheLevel cache : CacheLevel.ofThisMachine()) {
        largest = Math.max(largest, BEYOND * all(cache, processors.count()));
      }
      return CopyRate.gigabytes(processors, (long) (largest / processors.count()), SECONDS);
    }
  }

  private static boolean withoutVectors() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty();
  }

  /** What caches of a kind hold together. */
  private static double all(CacheLevel cache, int processors) {
    return (double) cache.bytes() * processors / Math.min(cache.sharers(), processors);
  }

  private static List<Level> levels() {
    List<Level> levels = new ArrayList<>();
    try (Processors processors = new Processors(Runtime.getRuntime().availableProcessors())) {
      int count = processors.count();
      for (CacheLevel cache : CacheLevel.ofThisMachine()) {
        int sharers = Math.min(cache.sharers(), count);
        double free = sharers > 1 ? SHARED_PART : levels.isEmpty() ? FIRST_PART : PART;
        double part = cache.bytes() * free / sharers;
        double gigabytes = CopyRate.gigabytes(processors, (long) part, SECONDS);
        levels.add(new Level(cache.name(), all(cache, count), gigabytes));
      }
    }
    Double memory = memory();
    if (memory != null) {
      levels.add(new Level("memory", Double.POSITIVE_INFINITY, memory));
    }
    return levels;
  }
}
