package dev.quern.core;

import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;

/** Book of who holds how much memory of one device. Safe for use from any thread. */
final class MemoryLedger {
  private final IdentityHashMap<Object, Memory.Owner> owners = new IdentityHashMap<>();
  private long liveBytes;
  private long peakBytes;

  synchronized void enter(Object holder, String label, long bytes) {
    owners.put(holder, new Memory.Owner(label, bytes));
    liveBytes += bytes;
    peakBytes = Math.max(peakBytes, liveBytes);
  }

  synchronized void strike(Object holder) {
    Memory.Owner owner = owners.remove(holder);
    if (owner != null) {
      liveBytes -= owner.bytes();
    }
  }

  synchronized Memory report(long freeBytes) {
    return new Memory(liveBytes, peakBytes, freeBytes);
  }

  synchronized List<Memory.Owner> largest(int count) {
    return owners.values().stream()
        .sorted(Comparator.comparingLong(Memory.Owner::bytes).reversed())
        .limit(count)
        .toList();
  }
}
