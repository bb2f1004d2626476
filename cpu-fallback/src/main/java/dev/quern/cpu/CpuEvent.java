package dev.quern.cpu;

import dev.quern.core.Device;
import dev.quern.core.Event;

/** A moment: this device's streams have done their work when their methods return. */
final class CpuEvent extends Event {
  private final long nanos = System.nanoTime();

  CpuEvent(Device device) {
    super(device);
  }

  @Override
  public void synchronize() {}

  @Override
  public long nanosSince(Event earlier) {
    return nanos - ((CpuEvent) earlier).nanos;
  }

  @Override
  protected void release() {}
}
