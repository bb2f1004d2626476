package dev.quern.opencl;

import static org.lwjgl.system.MemoryStack.stackPush;
import static org.lwjgl.system.MemoryUtil.memAddress;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Event;
import dev.quern.core.Stream;
import java.lang.foreign.MemorySegment;
import java.nio.IntBuffer;
import org.jspecify.annotations.Nullable;
import org.lwjgl.PointerBuffer;
import org.lwjgl.opencl.CL10;
import org.lwjgl.opencl.CL12;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.MemoryUtil;

/** An in-order command queue. A replay enqueues its body again. */
final class ClStream extends Stream {
  private final ClDevice device;
  private final long queue;
  private final long zero;
  private @Nullable ClMemory workspace;

  ClStream(ClDevice device) {
    super(device);
    this.device = device;
    try (MemoryStack stack = stackPush()) {
      IntBuffer status = stack.mallocInt(1);
      queue =
          CL10.clCreateCommandQueue(
              device.context(), device.handle(), CL10.CL_QUEUE_PROFILING_ENABLE, status);
      Status.check(status.get(0), "clCreateCommandQueue on " + device.id());
    }
    zero = MemoryUtil.nmemCalloc(1, Integer.BYTES);
  }

  /** The cl_command_queue. */
  long queue() {
    return queue;
  }

  /** The cl_mem of a stream's scratch memory; kernels know how much they asked for. */
  static long workspace(Stream stream) {
    ClMemory memory = ((ClStream) stream).workspace;
    return memory == null ? 0 : memory.handle();
  }

  @Override
  protected void await() {
    check(CL10.clFinish(queue), "clFinish");
  }

  @Override
  protected void growWorkspace(long bytes) {
    ClMemory grown = new ClMemory(device, "workspace", bytes);
    if (workspace != null) {
      workspace.close();
    }
    workspace = grown;
  }

  @Override
  protected void enqueueWrite(MemorySegment source, DeviceBuffer target) {
    if (target.bytes() > 0) {
      check(
          CL10.nclEnqueueWriteBuffer(
              queue,
              ClBuffer.memory(target),
              CL10.CL_FALSE,
              target.offset(),
              target.bytes(),
              source.address(),
              0,
              0,
              0),
          "clEnqueueWriteBuffer");
    }
  }

  @Override
  protected void enqueueRead(DeviceBuffer source, MemorySegment target) {
    if (source.bytes() > 0) {
      check(
          CL10.nclEnqueueReadBuffer(
              queue,
              ClBuffer.memory(source),
              CL10.CL_FALSE,
              source.offset(),
              source.bytes(),
              target.address(),
              0,
              0,
              0),
          "clEnqueueReadBuffer");
    }
  }

  @Override
  protected void enqueueCopy(DeviceBuffer source, DeviceBuffer target) {
    if (source.bytes() > 0) {
      check(
          CL10.nclEnqueueCopyBuffer(
              queue,
              ClBuffer.memory(source),
              ClBuffer.memory(target),
              source.offset(),
              target.offset(),
              source.bytes(),
              0,
              0,
              0),
          "clEnqueueCopyBuffer");
    }
  }

  @Override
  protected void enqueueClear(DeviceBuffer target) {
    if (target.bytes() > 0) {
      int pattern = target.bytes() % Integer.BYTES == 0 && target.offset() % 4 == 0 ? 4 : 1;
      check(
          CL12.nclEnqueueFillBuffer(
              queue,
              ClBuffer.memory(target),
              zero,
              pattern,
              target.offset(),
              target.bytes(),
              0,
              0,
              0),
          "clEnqueueFillBuffer");
    }
  }

  @Override
  protected Event enqueueEvent() {
    try (MemoryStack stack = stackPush()) {
      PointerBuffer event = stack.mallocPointer(1);
      check(
          CL12.nclEnqueueMarkerWithWaitList(queue, 0, 0, memAddress(event)),
          "clEnqueueMarkerWithWaitList");
      if (!device.traits().tellsTime()) {
        await();
      }
      return new ClEvent(device, event.get(0), System.nanoTime());
    }
  }

  private void check(int status, String call) {
    if (status != Status.SUCCESS) {
      device.checkMemory(status, "stream", 0, call);
    }
  }

  @Override
  protected void release() {
    CL10.clFinish(queue);
    CL10.clReleaseCommandQueue(queue);
    MemoryUtil.nmemFree(zero);
    if (workspace != null) {
      workspace.close();
      workspace = null;
    }
  }
}
