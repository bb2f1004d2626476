package dev.quern.peers.clblast;

import dev.quern.bench.peers.NotOfferedException;
import dev.quern.bench.peers.PeerException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.List;
import org.lwjgl.PointerBuffer;
import org.lwjgl.opencl.CL10;
import org.lwjgl.system.Configuration;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.MemoryUtil;

/** A queue on the device with a certain name, as long as the process lives. */
final class OpenClQueue {
  private final long context;
  private final long queue;
  private final MemorySegment address;

  private OpenClQueue(long context, long queue) {
    this.context = context;
    this.queue = queue;
    address = Arena.global().allocateFrom(ValueLayout.JAVA_LONG, queue);
  }

  /**
   * On the first device with this name.
   *
   * @throws NotOfferedException if there is none
   */
  static OpenClQueue of(String name) {
    configure();
    try (MemoryStack stack = MemoryStack.stackPush()) {
      for (long platform : platforms(stack)) {
        for (long device : devices(stack, platform)) {
          if (name(stack, device).equals(name)) {
            return on(stack, platform, device);
          }
        }
      }
    }
    throw new NotOfferedException("no OpenCL device is named '%s'".formatted(name));
  }

  /** What can be asked for. */
  static List<String> names() {
    configure();
    List<String> names = new ArrayList<>();
    try (MemoryStack stack = MemoryStack.stackPush()) {
      for (long platform : platforms(stack)) {
        for (long device : devices(stack, platform)) {
          names.add(name(stack, device));
        }
      }
    }
    return names;
  }

  private static void configure() {
    Configuration.MEMORY_BACKEND.set("ffm"); // the default one draws warnings from the JDK
    Configuration.OPENCL_LIBRARY_NAME.set("libOpenCL.so.1");
  }

  private static List<Long> platforms(MemoryStack stack) {
    IntBuffer count = stack.mallocInt(1);
    check("clGetPlatformIDs", CL10.clGetPlatformIDs(null, count));
    PointerBuffer all = stack.mallocPointer(Math.max(1, count.get(0)));
    check("clGetPlatformIDs", CL10.clGetPlatformIDs(all, (IntBuffer) null));
    return list(all);
  }

  private static List<Long> devices(MemoryStack stack, long platform) {
    IntBuffer count = stack.mallocInt(1);
    int status = CL10.clGetDeviceIDs(platform, CL10.CL_DEVICE_TYPE_ALL, null, count);
    if (status == CL10.CL_DEVICE_NOT_FOUND || count.get(0) == 0) {
      return List.of();
    }
    check("clGetDeviceIDs", status);
    PointerBuffer all = stack.mallocPointer(count.get(0));
    check(
        "clGetDeviceIDs",
        CL10.clGetDeviceIDs(platform, CL10.CL_DEVICE_TYPE_ALL, all, (IntBuffer) null));
    return list(all);
  }

  private static List<Long> list(PointerBuffer all) {
    List<Long> handles = new ArrayList<>();
    for (int i = 0; i < all.capacity(); i++) {
      handles.add(all.get(i));
    }
    return handles;
  }

  private static String name(MemoryStack stack, long device) {
    PointerBuffer size = stack.mallocPointer(1);
    ByteBuffer none = null;
    check("clGetDeviceInfo", CL10.clGetDeviceInfo(device, CL10.CL_DEVICE_NAME, none, size));
    ByteBuffer text = stack.malloc((int) size.get(0));
    check("clGetDeviceInfo", CL10.clGetDeviceInfo(device, CL10.CL_DEVICE_NAME, text, null));
    return MemoryUtil.memUTF8(text, text.capacity() - 1).strip();
  }

  private static OpenClQueue on(MemoryStack stack, long platform, long device) {
    IntBuffer status = stack.mallocInt(1);
    PointerBuffer properties =
        stack.mallocPointer(3).put(0, CL10.CL_CONTEXT_PLATFORM).put(1, platform).put(2, 0);
    long context = CL10.clCreateContext(properties, device, null, 0, status);
    check("clCreateContext", status.get(0));
    long queue = CL10.clCreateCommandQueue(context, device, 0, status);
    check("clCreateCommandQueue", status.get(0));
    return new OpenClQueue(context, queue);
  }

  /** A buffer with these values. */
  long filled(float[] values) {
    long buffer;
    try (MemoryStack stack = MemoryStack.stackPush()) {
      IntBuffer status = stack.mallocInt(1);
      long bytes = (long) values.length * Float.BYTES;
      buffer = CL10.clCreateBuffer(context, CL10.CL_MEM_READ_WRITE, bytes, status);
      check("clCreateBuffer", status.get(0));
    }
    check(
        "clEnqueueWriteBuffer",
        CL10.clEnqueueWriteBuffer(queue, buffer, true, 0, values, null, null));
    return buffer;
  }

  void read(long buffer, float[] values) {
    check(
        "clEnqueueReadBuffer",
        CL10.clEnqueueReadBuffer(queue, buffer, true, 0, values, null, null));
  }

  void release(long buffer) {
    check("clReleaseMemObject", CL10.clReleaseMemObject(buffer));
  }

  void finish() {
    check("clFinish", CL10.clFinish(queue));
  }

  /** Where the queue's handle is written. */
  MemorySegment address() {
    return address;
  }

  private static void check(String call, int status) {
    if (status != CL10.CL_SUCCESS) {
      throw new PeerException(call + " returned " + status);
    }
  }
}
