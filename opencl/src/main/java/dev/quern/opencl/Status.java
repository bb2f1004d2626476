package dev.quern.opencl;

import dev.quern.core.DeviceException;
import java.lang.reflect.Field;
import java.util.HashMap;
import java.util.Map;
import org.lwjgl.opencl.CL10;
import org.lwjgl.opencl.CL11;
import org.lwjgl.opencl.CL12;

/** The status codes of OpenCL by name. */
final class Status {
  static final int SUCCESS = CL10.CL_SUCCESS;

  private Status() {}

  /** Whether the device or the host had too little memory for a call. */
  static boolean isOutOfMemory(int status) {
    return status == CL10.CL_MEM_OBJECT_ALLOCATION_FAILURE
        || status == CL10.CL_OUT_OF_RESOURCES
        || status == CL10.CL_OUT_OF_HOST_MEMORY;
  }

  /**
   * Throws unless a call succeeded.
   *
   * @param call the native call and what it was for
   * @throws DeviceException with the status by name
   */
  static void check(int status, String call) {
    if (status != SUCCESS) {
      throw failure(status, call);
    }
  }

  static DeviceException failure(int status, String call) {
    return new DeviceException("OpenCL: " + call + " failed with " + name(status), null);
  }

  /** For example {@code CL_OUT_OF_RESOURCES (-5)}. */
  static String name(int status) {
    return Names.BY_CODE.getOrDefault(status, "status") + " (" + status + ")";
  }

  /** Read from LWJGL's constants, and only when something failed. */
  private static final class Names {
    static final Map<Integer, String> BY_CODE = collect();

    private static Map<Integer, String> collect() {
      Map<Integer, String> names = new HashMap<>();
      for (Class<?> type : new Class<?>[] {CL10.class, CL11.class, CL12.class}) {
        for (Field field : type.getDeclaredFields()) {
          if (field.getType() == int.class && field.getName().startsWith("CL_")) {
            add(names, field);
          }
        }
      }
      return names;
    }

    /** Status codes are the negative constants. */
    private static void add(Map<Integer, String> names, Field field) {
      try {
        int code = field.getInt(null);
        if (code < 0) {
          names.putIfAbsent(code, field.getName());
        }
      } catch (IllegalAccessException e) {
        throw new LinkageError("LWJGL's constants are public", e);
      }
    }
  }
}
