package dev.quern.core;

import java.util.ArrayList;
import java.util.List;

/**
 * Something that lives on a device and is closed at the latest with it: an arena, a stream, a
 * kernel, a replay, a staging buffer. A replay leases what it uses; a leased resource refuses to be
 * closed.
 */
public abstract class DeviceResource implements AutoCloseable {
  private final Device device;
  private final String label;
  private final List<Replay> leases = new ArrayList<>(1);
  private volatile boolean open = true;

  /** Registers the resource with its device. */
  protected DeviceResource(Device device, String label) {
    this(device, label, true);
  }

  /**
   * For kernels, which their device registers when they are complete: some are put together from
   * others, in several steps that may fail.
   */
  @SuppressWarnings("this-escape") // the device only notes the reference
  DeviceResource(Device device, String label, boolean registers) {
    this.device = device;
    this.label = label;
    if (registers) {
      device.adopt(this);
    }
  }

  /** The device that this lives on. */
  public final Device device() {
    return device;
  }

  /** What its creator called it; appears in messages. */
  public final String label() {
    return label;
  }

  /** Whether it can still be used. */
  public final boolean isOpen() {
    return open;
  }

  /**
   * Frees what this holds; a second call does nothing.
   *
   * @throws IllegalStateException if a replay still needs it; close that first
   */
  @Override
  public final void close() {
    synchronized (leases) {
      if (!open) {
        return;
      }
      if (!leases.isEmpty()) {
        throw new IllegalStateException(
            this + " is in use by " + leases.get(0) + ": close that replay first");
      }
      open = false;
    }
    try {
      release();
    } finally {
      device.abandon(this);
    }
  }

  /** Frees the native side. Called once. */
  protected abstract void release();

  /** Throws if closed. */
  protected final void requireOpen() {
    if (!open) {
      throw new IllegalStateException(this + " is closed");
    }
  }

  final void lease(Replay replay) {
    synchronized (leases) {
      requireOpen();
      leases.add(replay);
    }
  }

  final void endLease(Replay replay) {
    synchronized (leases) {
      leases.remove(replay);
    }
  }

  @Override
  public String toString() {
    return getClass().getSimpleName() + " '" + label + "' on " + device.id();
  }
}
