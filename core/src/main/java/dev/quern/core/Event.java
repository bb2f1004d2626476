package dev.quern.core;

/** A point in a stream's work: to wait for, and to measure time between two of them. */
public abstract class Event extends DeviceResource {

  /** For backends: an event that has not been marked. */
  protected Event(Device device) {
    super(device, "event");
  }

  /** Waits until the stream has reached this point. */
  public abstract void synchronize();

  /** Device time in nanoseconds from {@code earlier} to this; both must have been reached. */
  public abstract long nanosSince(Event earlier);
}
