package dev.quern.cpu;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * How much memory the host has. Linux says in {@code /proc/meminfo} what could be had without
 * swapping, file caches included; elsewhere all of it counts as free and the allocation itself
 * decides.
 *
 * @param totalBytes physical memory
 */
record HostMemory(long totalBytes) {
  private static final Path MEMINFO = Path.of("/proc/meminfo");

  static HostMemory ofThisMachine() {
    long total = meminfo("MemTotal:");
    if (total < 0
        && ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean os) {
      total = os.getTotalMemorySize();
    }
    return new HostMemory(total < 0 ? Long.MAX_VALUE : total);
  }

  long freeBytes() {
    long available = meminfo("MemAvailable:");
    return available < 0 ? totalBytes : available;
  }

  private static long meminfo(String field) {
    List<String> lines;
    try {
      lines = Files.readAllLines(MEMINFO, StandardCharsets.US_ASCII);
    } catch (IOException | SecurityException e) {
      return -1; // another operating system
    }
    for (String line : lines) {
      if (line.startsWith(field)) {
        String digits = line.replaceAll("[^0-9]", "");
        return digits.isEmpty() ? -1 : Long.parseLong(digits) * 1024;
      }
    }
    return -1;
  }
}
