package dev.quern.opencl;

import static org.lwjgl.system.MemoryStack.stackPush;
import static org.lwjgl.system.MemoryUtil.memAddress;

import dev.quern.core.Event;
import java.nio.LongBuffer;
import org.lwjgl.opencl.CL10;
import org.lwjgl.system.MemoryStack;

/** A marker in a queue; where the driver gives events no times, a moment of the host's clock. */
final class ClEvent extends Event {
  private final long handle;
  private final boolean timed;
  private final long hostNanos;

  /**
   * A marker.
   *
   * @param handle the cl_event
   * @param hostNanos the host's time when the queue was empty, where events carry none
   */
  ClEvent(ClDevice device, long handle, long hostNanos) {
    super(device);
    this.handle = handle;
    this.timed = device.traits().tellsTime();
    this.hostNanos = hostNanos;
  }

  @Override
  public void synchronize() {
    Status.check(CL10.clWaitForEvents(handle), "clWaitForEvents on " + device().id());
  }

  @Override
  public long nanosSince(Event earlier) {
    ClEvent other = (ClEvent) earlier;
    return timed ? nanos() - other.nanos() : hostNanos - other.hostNanos;
  }

  private long nanos() {
    try (MemoryStack stack = stackPush()) {
      LongBuffer time = stack.mallocLong(1);
      Status.check(
          CL10.nclGetEventProfilingInfo(
              handle, CL10.CL_PROFILING_COMMAND_END, Long.BYTES, memAddress(time), 0),
          "clGetEventProfilingInfo on " + device().id());
      return time.get(0);
    }
  }

  @Override
  protected void release() {
    CL10.clReleaseEvent(handle);
  }
}
