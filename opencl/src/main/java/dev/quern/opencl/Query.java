package dev.quern.opencl;

import static org.lwjgl.system.MemoryStack.stackPush;
import static org.lwjgl.system.MemoryUtil.memAddress;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.lwjgl.PointerBuffer;
import org.lwjgl.opencl.CL10;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.MemoryUtil;

/** Asks platforms, devices and programs for their properties. */
final class Query {
  private Query() {}

  /** One of the clGet...Info functions, its object and property bound. */
  private interface Getter {
    int get(long size, long value, long sizeReturned);
  }

  static String platformText(long platform, int property) {
    return text((n, v, r) -> CL10.nclGetPlatformInfo(platform, property, n, v, r));
  }

  static String deviceText(long device, int property) {
    return text((n, v, r) -> CL10.nclGetDeviceInfo(device, property, n, v, r));
  }

  /** A property of a device of up to 64 bits; 0 where the driver does not know it. */
  static long deviceNumber(long device, int property) {
    try (MemoryStack stack = stackPush()) {
      long value = stack.ncalloc(8, 8, 1);
      int status = CL10.nclGetDeviceInfo(device, property, 8, value, 0);
      return status == Status.SUCCESS ? MemoryUtil.memGetLong(value) : 0;
    }
  }

  static String buildLog(long program, long device) {
    return text(
        (n, v, r) ->
            CL10.nclGetProgramBuildInfo(program, device, CL10.CL_PROGRAM_BUILD_LOG, n, v, r));
  }

  private static String text(Getter getter) {
    try (MemoryStack stack = stackPush()) {
      PointerBuffer size = stack.callocPointer(1);
      Status.check(getter.get(0, 0, memAddress(size)), "asking for a property's length");
      ByteBuffer bytes = MemoryUtil.memCalloc(Math.max(1, (int) size.get(0)));
      try {
        Status.check(getter.get(size.get(0), memAddress(bytes), 0), "asking for a property");
        int end = 0;
        while (end < bytes.capacity() && bytes.get(end) != 0) {
          end++;
        }
        return StandardCharsets.UTF_8.decode(bytes.slice(0, end)).toString().strip();
      } finally {
        MemoryUtil.memFree(bytes);
      }
    }
  }
}
