package dev.quern.core;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A device has too little free memory for an arena, a workspace or a staging buffer. */
public final class OutOfDeviceMemoryException extends ComputeException {
  private static final long serialVersionUID = 1L;

  /**
   * States what was asked for and who holds the rest.
   *
   * @param deviceId the device, for example {@code cuda:0}
   * @param label what the memory was for
   * @param askedBytes bytes asked for
   * @param memory the device's memory at that moment
   * @param largest the largest owners of live memory, largest first
   */
  public OutOfDeviceMemoryException(
      String deviceId, String label, long askedBytes, Memory memory, List<Memory.Owner> largest) {
    super(message(deviceId, label, askedBytes, memory, largest));
  }

  private static String message(
      String deviceId, String label, long askedBytes, Memory memory, List<Memory.Owner> largest) {
    String owners =
        largest.isEmpty()
            ? "nothing else is held"
            : largest.stream()
                .map(o -> "'" + o.label() + "' " + mebibytes(o.bytes()))
                .collect(Collectors.joining(", ", "largest owners: ", ""));
    return String.format(
        Locale.ROOT,
        "%s is out of memory: '%s' asked for %s, %s are free, %s are live (peak %s); %s",
        deviceId,
        label,
        mebibytes(askedBytes),
        mebibytes(memory.freeBytes()),
        mebibytes(memory.liveBytes()),
        mebibytes(memory.peakBytes()),
        owners);
  }

  private static String mebibytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
  }
}
