package dev.quern.core;

import java.lang.foreign.MemorySegment;

/**
 * Staging memory on the host that a device can copy from and to without the Java heap: pinned where
 * the backend knows how. The program may touch it only while no copy that uses it is under way.
 */
public abstract class HostBuffer extends DeviceResource {

  /** For backends: staging memory that has been allocated. */
  protected HostBuffer(Device device, String label) {
    super(device, label);
  }

  /** The memory itself, in native byte order. */
  public abstract MemorySegment segment();
}
