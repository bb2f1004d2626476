package dev.quern.core;

/**
 * One block of device memory, handed out in slices from its start; the only owner of device memory.
 * Closing it waits for the device's streams and frees the block; slices are dead from then on.
 */
public abstract class Arena extends DeviceResource {
  /**
   * Alignment of every slice in bytes: a cache line of 64 on CPUs, and what CUDA promises for its
   * own allocations (CUDA C++ Programming Guide, 5.3.2: at least 256).
   */
  public static final long ALIGNMENT = 256;

  private final long bytes;
  private long used;

  /** For backends: an arena whose block has been allocated. */
  protected Arena(Device device, String label, long bytes) {
    super(device, label);
    this.bytes = bytes;
  }

  /** Bytes of arena that {@code count} elements take, alignment included; for summing sizes up. */
  public static long footprint(DataType type, long count) {
    return (count * type.bytes() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** Size of the block in bytes. */
  public final long bytes() {
    return bytes;
  }

  /**
   * Cuts off the next slice. Its contents are undefined.
   *
   * @param label name for messages
   * @param type element type
   * @param count number of elements, 0 or more
   * @throws SpecException if the rest of the arena is too small
   */
  public final DeviceBuffer allocate(String label, DataType type, long count) {
    requireOpen();
    if (count < 0) {
      throw new SpecException("buffer '" + label + "': count must be 0 or more, but is " + count);
    }
    long footprint = footprint(type, count);
    if (footprint > bytes - used) {
      throw new SpecException(
          "arena '%s' of %d bytes is full: buffer '%s' needs %d bytes, %d are left"
              .formatted(label(), bytes, label, footprint, bytes - used));
    }
    long offset = used;
    used += footprint;
    return slice(label, type, offset, count);
  }

  /** For backends: a view of {@code count} elements from byte {@code offset} on. */
  protected abstract DeviceBuffer slice(String label, DataType type, long offset, long count);
}
