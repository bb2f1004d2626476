package dev.quern.core;

/**
 * A typed, labelled slice of an {@link Arena}: what kernels read and write. Not closeable; using it
 * after its arena was closed throws.
 */
public abstract class DeviceBuffer {
  private final Arena arena;
  private final String label;
  private final DataType type;
  private final long offset;
  private final long count;

  /** For backends: a slice from byte {@code offset} of the arena on. */
  protected DeviceBuffer(Arena arena, String label, DataType type, long offset, long count) {
    this.arena = arena;
    this.label = label;
    this.type = type;
    this.offset = offset;
    this.count = count;
  }

  /** The arena that owns the memory. */
  public final Arena arena() {
    return arena;
  }

  /** What its creator called it. */
  public final String label() {
    return label;
  }

  /** Element type. */
  public final DataType type() {
    return type;
  }

  /** Where it begins in its arena, in bytes. */
  public final long offset() {
    return offset;
  }

  /** Number of elements. */
  public final long count() {
    return count;
  }

  /** Size in bytes. */
  public final long bytes() {
    return count * type.bytes();
  }

  /**
   * A view of part of this buffer; it shares the memory.
   *
   * @param label name for messages
   * @param from first element
   * @param count number of elements
   * @throws SpecException if the part is not inside
   */
  public final DeviceBuffer part(String label, long from, long count) {
    if (from < 0 || count < 0 || from > this.count - count) {
      throw new SpecException(
          "part '%s' must lie inside buffer '%s' of %d elements, but runs from %d to %d"
              .formatted(label, this.label, this.count, from, from + count));
    }
    return arena.slice(label, type, offset + from * type.bytes(), count);
  }

  /** Whether the two share at least one byte. */
  public final boolean overlaps(DeviceBuffer other) {
    return arena == other.arena
        && offset < other.offset + other.bytes()
        && other.offset < offset + bytes();
  }

  @Override
  public String toString() {
    return "buffer '" + label + "' (" + count + " " + type + ") of arena '" + arena.label() + "'";
  }
}
