package dev.quern.opencl;

import static org.lwjgl.system.MemoryStack.stackPush;
import static org.lwjgl.system.MemoryUtil.memAddress;

import dev.quern.dialect.Constants;
import java.nio.IntBuffer;
import org.lwjgl.opencl.CL10;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.MemoryUtil;

/** One memory object of a device, entered into its books. */
final class ClMemory implements Constants {
  private final ClDevice device;
  private final long handle;
  private final long bytes;
  private boolean open = true;

  /**
   * Allocates.
   *
   * @throws dev.quern.core.OutOfDeviceMemoryException if there is too little
   */
  ClMemory(ClDevice device, String label, long bytes) {
    this.device = device;
    this.bytes = Math.max(1, bytes);
    device.requireRoom(label, bytes);
    try (MemoryStack stack = stackPush()) {
      IntBuffer status = stack.mallocInt(1);
      handle =
          CL10.nclCreateBuffer(
              device.context(), CL10.CL_MEM_READ_WRITE, this.bytes, 0, memAddress(status));
      device.checkMemory(status.get(0), label, bytes, "clCreateBuffer");
    }
    device.taken(this, label, bytes);
  }

  /** Allocates and fills. */
  ClMemory(ClDevice device, String label, int[] values) {
    this.device = device;
    this.bytes = Math.max(1, (long) values.length * Integer.BYTES);
    device.requireRoom(label, bytes);
    IntBuffer copy = MemoryUtil.memAllocInt(Math.max(1, values.length));
    try (MemoryStack stack = stackPush()) {
      copy.put(0, values);
      IntBuffer status = stack.mallocInt(1);
      long flags = CL10.CL_MEM_READ_ONLY | CL10.CL_MEM_COPY_HOST_PTR;
      handle =
          CL10.nclCreateBuffer(
              device.context(), flags, bytes, memAddress(copy), memAddress(status));
      device.checkMemory(status.get(0), label, bytes, "clCreateBuffer");
    } finally {
      MemoryUtil.memFree(copy);
    }
    device.taken(this, label, bytes);
  }

  /** The cl_mem. */
  @Override
  public long handle() {
    return handle;
  }

  long bytes() {
    return bytes;
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      CL10.clReleaseMemObject(handle);
      device.freed(this);
    }
  }
}
