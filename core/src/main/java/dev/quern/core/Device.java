package dev.quern.core;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * An open device: factory and owner of its arenas, streams and kernels. May be used from any
 * thread; streams and kernels belong to one thread at a time. Closing it closes what was left open,
 * newest first.
 */
public abstract class Device implements AutoCloseable {
  private final DeviceInfo info;
  private final MemoryLedger ledger = new MemoryLedger();
  private final Set<DeviceResource> resources = new LinkedHashSet<>();
  private boolean open = true;

  /** For backends: a device that has been opened. */
  protected Device(DeviceInfo info) {
    this.info = info;
  }

  /** What its probe learned. */
  public final DeviceInfo info() {
    return info;
  }

  /** Its stable id, for example {@code opencl:0}. */
  public final String id() {
    return info.id();
  }

  /**
   * Prepares a kernel: the slow part, done once. Every later run is fast and free of allocation.
   *
   * @throws UnsupportedSpecException if this device does not offer the problem, and why
   */
  public final <K extends Kernel> K prepare(KernelSpec<K> spec) {
    requireOpen();
    K kernel = spec.kernelType().cast(createKernel(spec));
    try {
      adopt(kernel);
    } catch (IllegalStateException e) { // closed meanwhile
      kernel.close();
      throw e;
    }
    return kernel;
  }

  /**
   * Reserves a block of device memory.
   *
   * @param label name for messages and for {@link OutOfDeviceMemoryException}
   * @param bytes size, 0 or more; {@link Arena#footprint} helps to sum it up
   * @throws OutOfDeviceMemoryException if there is not that much
   */
  public final Arena newArena(String label, long bytes) {
    requireOpen();
    if (bytes < 0) {
      throw new SpecException("arena '" + label + "': bytes must be 0 or more, but is " + bytes);
    }
    requireFree(label, bytes);
    return createArena(label, bytes);
  }

  /** Opens an in-order queue. */
  public final Stream newStream() {
    requireOpen();
    return createStream();
  }

  /** Reserves staging memory for asynchronous copies. */
  public final HostBuffer newHostBuffer(String label, long bytes) {
    requireOpen();
    return createHostBuffer(label, bytes);
  }

  /** Live, peak and free memory now. */
  public final Memory memory() {
    return ledger.report(freeBytes());
  }

  /**
   * Waits until nothing is made faster in the background any more: on the CPU, code that has been
   * run a few times is being compiled while plain Java stands in for it. For those who measure;
   * results do not depend on it. Returns at once on devices that prepare everything in {@link
   * #prepare}, and early if the thread is interrupted.
   */
  public void settle() {}

  /**
   * Bytes that kernels which follow on each other should work on at a time, so that one finds in
   * the caches what the one before it wrote: always the same on one machine, as results hang on it
   * in their last bits. 0, as it is without caches of megabytes, for as many as there are.
   */
  public long sliceBytes() {
    return 0;
  }

  /**
   * Waits for all streams, closes whatever is open on this device, newest first, and the device.
   */
  @Override
  public final void close() {
    List<DeviceResource> left;
    synchronized (resources) {
      if (!open) {
        return;
      }
      open = false;
      left = new ArrayList<>(resources).reversed();
    }
    try {
      left.stream().filter(Replay.class::isInstance).forEach(DeviceResource::close);
      left.stream().filter(r -> !(r instanceof Replay)).forEach(DeviceResource::close);
    } finally {
      release();
    }
  }

  /** For backends: throws {@link OutOfDeviceMemoryException} unless {@code bytes} are free. */
  protected final void requireFree(String label, long bytes) {
    if (bytes > freeBytes()) {
      throw outOfMemory(label, bytes);
    }
  }

  /** For backends: the exception to throw when an allocation failed. */
  protected final OutOfDeviceMemoryException outOfMemory(String label, long bytes) {
    return new OutOfDeviceMemoryException(id(), label, bytes, memory(), ledger.largest(3));
  }

  /** For backends: enters memory into the books; {@code holder} is what will be freed. */
  protected final void memoryTaken(Object holder, String label, long bytes) {
    ledger.enter(holder, label, bytes);
  }

  /** For backends: strikes memory from the books. */
  protected final void memoryFreed(Object holder) {
    ledger.strike(holder);
  }

  private void requireOpen() {
    synchronized (resources) {
      if (!open) {
        throw new IllegalStateException("device " + id() + " is closed");
      }
    }
  }

  final void adopt(DeviceResource resource) {
    synchronized (resources) {
      if (!open) {
        throw new IllegalStateException("device " + id() + " is closed");
      }
      resources.add(resource);
    }
  }

  final void abandon(DeviceResource resource) {
    synchronized (resources) {
      resources.remove(resource);
    }
  }

  /** For backends: prepares a kernel of the spec's kernel type. */
  protected abstract Kernel createKernel(KernelSpec<?> spec);

  /** For backends: allocates a block; its size has been checked against {@link #freeBytes}. */
  protected abstract Arena createArena(String label, long bytes);

  /** For backends: opens a queue. */
  protected abstract Stream createStream();

  /** For backends: allocates staging memory. */
  protected abstract HostBuffer createHostBuffer(String label, long bytes);

  /** For backends: bytes that the device could still give out. */
  protected abstract long freeBytes();

  /** For backends: frees the device itself; all its resources are closed. */
  protected abstract void release();

  @Override
  public String toString() {
    return id() + " (" + info.name() + ")";
  }
}
