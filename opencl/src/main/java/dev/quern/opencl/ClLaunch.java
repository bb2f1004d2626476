package dev.quern.opencl;

import static org.lwjgl.system.MemoryStack.stackPush;
import static org.lwjgl.system.MemoryUtil.memAddress;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.dialect.Launch;
import dev.quern.dialect.Range;
import java.nio.IntBuffer;
import org.lwjgl.opencl.CL10;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.MemoryUtil;

/** A cl_kernel with its arguments and sizes. */
final class ClLaunch extends Launch {
  private static final int DIMENSIONS = 3;

  private final ClDevice device;
  private final String what;
  private final String function;
  private final long kernel;
  private final long value;
  private final long sizes;
  private final boolean empty;
  private boolean open = true;

  /**
   * Prepares a launch.
   *
   * @param what the spec, for messages
   * @param buffers number of buffer parameters
   * @param numbers the other arguments in order: Integer, Float or Long
   */
  ClLaunch(
      ClDevice device,
      String what,
      ClProgram program,
      String function,
      Range range,
      int buffers,
      Number... numbers) {
    this.device = device;
    this.what = what;
    this.function = function;
    this.empty = range.isEmpty();
    kernel = createKernel(program, function, what);
    value = MemoryUtil.nmemCalloc(1, Long.BYTES);
    sizes = MemoryUtil.nmemCalloc(2L * DIMENSIONS, Long.BYTES);
    setSizes(range);
    try {
      for (int i = 0; i < numbers.length; i++) {
        setNumber(2 * buffers + i, numbers[i]);
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private static long createKernel(ClProgram program, String function, String what) {
    try (MemoryStack stack = stackPush()) {
      IntBuffer status = stack.mallocInt(1);
      long kernel =
          CL10.nclCreateKernel(program.handle(), program.name(stack, function), memAddress(status));
      Status.check(status.get(0), "clCreateKernel of " + function + " for " + what);
      return kernel;
    }
  }

  private void setSizes(Range range) {
    MemoryUtil.memPutLong(sizes, range.wholeX());
    MemoryUtil.memPutLong(sizes + 8, range.wholeY());
    MemoryUtil.memPutLong(sizes + 16, range.z());
    MemoryUtil.memPutLong(sizes + 24, range.groupX());
    MemoryUtil.memPutLong(sizes + 32, range.groupY());
    MemoryUtil.memPutLong(sizes + 40, 1);
  }

  private void setNumber(int index, Number number) {
    switch (number) {
      case Integer i -> {
        MemoryUtil.memPutInt(value, i);
        set(index, Integer.BYTES);
      }
      case Float f -> {
        MemoryUtil.memPutFloat(value, f);
        set(index, Float.BYTES);
      }
      case Long l -> {
        MemoryUtil.memPutLong(value, l);
        set(index, Long.BYTES);
      }
      default -> throw new IllegalArgumentException("no kernel takes a " + number.getClass());
    }
  }

  private void set(int index, long bytes) {
    int status = CL10.nclSetKernelArg(kernel, index, bytes, value);
    if (status != Status.SUCCESS) {
      throw Status.failure(status, "clSetKernelArg " + index + " of " + function + " for " + what);
    }
  }

  @Override
  public Launch buffer(int parameter, DeviceBuffer buffer) {
    return memory(parameter, ClBuffer.memory(buffer), ClBuffer.start(buffer));
  }

  @Override
  public Launch memory(int parameter, long handle, long start) {
    MemoryUtil.memPutAddress(value, handle);
    set(2 * parameter, Long.BYTES);
    MemoryUtil.memPutLong(value, start);
    set(2 * parameter + 1, Long.BYTES);
    return this;
  }

  @Override
  public void run(Stream stream) {
    if (empty) {
      return;
    }
    int status =
        CL10.nclEnqueueNDRangeKernel(
            ((ClStream) stream).queue(),
            kernel,
            DIMENSIONS,
            0,
            sizes,
            sizes + DIMENSIONS * Long.BYTES,
            0,
            0,
            0);
    if (status != Status.SUCCESS) {
      device.checkMemory(status, what, 0, "clEnqueueNDRangeKernel of " + function);
    }
  }

  @Override
  public void close() {
    if (!open) {
      return;
    }
    open = false;
    CL10.clReleaseKernel(kernel);
    MemoryUtil.nmemFree(value);
    MemoryUtil.nmemFree(sizes);
  }
}
