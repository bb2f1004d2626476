package dev.quern.opencl;

import static org.lwjgl.system.MemoryStack.stackPush;
import static org.lwjgl.system.MemoryUtil.memAddressSafe;

import dev.quern.core.ComputeException;
import dev.quern.core.DeviceInfo;
import dev.quern.dialect.Traits;
import dev.quern.kernels.SelfTest;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lwjgl.PointerBuffer;
import org.lwjgl.opencl.CL10;
import org.lwjgl.system.MemoryStack;

/**
 * Looks at every device of every platform. One that fails, in whatever way, is listed with the
 * reason and spoils no other.
 */
final class DeviceScan {
  /** What clGetPlatformIDs answers when no driver is installed (extension cl_khr_icd). */
  private static final int PLATFORM_NOT_FOUND = -1001;

  private DeviceScan() {}

  /**
   * Lists all devices and tests each.
   *
   * @param usable receives those that can be opened, by id
   */
  static List<DeviceInfo> run(Map<String, FoundDevice> usable) {
    List<DeviceInfo> infos = new ArrayList<>();
    for (long platform : platforms()) {
      for (long device : devices(platform)) {
        String id = "opencl:" + infos.size();
        infos.add(look(id, platform, device, usable));
      }
    }
    return infos;
  }

  /** Counts with no list, then fills one. */
  private interface Listing {
    int get(int count, long list, long counted);
  }

  private static List<Long> list(Listing listing) {
    try (MemoryStack stack = stackPush()) {
      IntBuffer count = stack.callocInt(1);
      int status = listing.get(0, 0, memAddressSafe(count));
      if (status == PLATFORM_NOT_FOUND
          || status == CL10.CL_DEVICE_NOT_FOUND
          || (status == Status.SUCCESS && count.get(0) == 0)) {
        return List.of();
      }
      Status.check(status, "listing platforms or devices");
      PointerBuffer handles = stack.callocPointer(count.get(0));
      Status.check(listing.get(count.get(0), handles.address(), 0), "listing platforms or devices");
      List<Long> found = new ArrayList<>();
      while (handles.hasRemaining()) {
        found.add(handles.get());
      }
      return found;
    }
  }

  private static List<Long> platforms() {
    return list(CL10::nclGetPlatformIDs);
  }

  private static List<Long> devices(long platform) {
    try {
      return list((n, l, c) -> CL10.nclGetDeviceIDs(platform, CL10.CL_DEVICE_TYPE_ALL, n, l, c));
    } catch (ComputeException e) {
      return List.of(); // a platform out of order, as Mesa's clover without a GPU
    }
  }

  private static DeviceInfo look(
      String id, long platform, long device, Map<String, FoundDevice> usable) {
    Traits traits;
    try {
      traits = ClTraits.of(platform, device);
    } catch (ComputeException e) { // a driver that does not answer questions
      return new DeviceInfo(
          id, "opencl", DeviceInfo.Kind.CPU, "unknown", "", 0, String.valueOf(e.getMessage()));
    }
    FoundDevice found = new FoundDevice(platform, device, traits, info(id, device, traits, null));
    String reason = refusal(found);
    if (reason == null) {
      usable.put(id, found);
      return found.info();
    }
    return info(id, device, traits, reason);
  }

  private static DeviceInfo info(
      String id, long device, Traits traits, @Nullable String unusableBecause) {
    return new DeviceInfo(
        id,
        "opencl",
        traits.kind(),
        Query.deviceText(device, CL10.CL_DEVICE_NAME),
        "%s, %s, driver %s"
            .formatted(
                traits.platform(),
                Query.deviceText(device, CL10.CL_DEVICE_VERSION).split(" (?=PoCL|\\()")[0],
                Query.deviceText(device, CL10.CL_DRIVER_VERSION)),
        Query.deviceNumber(device, CL10.CL_DEVICE_GLOBAL_MEM_SIZE),
        unusableBecause);
  }

  private static @Nullable String refusal(FoundDevice found) {
    if (Query.deviceNumber(found.device(), CL10.CL_DEVICE_AVAILABLE) == 0) {
      return "its driver says that it is not available";
    }
    if (Query.deviceNumber(found.device(), CL10.CL_DEVICE_COMPILER_AVAILABLE) == 0) {
      return "its driver has no compiler for OpenCL C, which our kernels come in";
    }
    String version = Query.deviceText(found.device(), CL10.CL_DEVICE_VERSION);
    if (version.startsWith("OpenCL 1.0") || version.startsWith("OpenCL 1.1")) {
      return "it has " + version + ", and at least OpenCL 1.2 is needed";
    }
    if (Query.deviceNumber(found.device(), CL10.CL_DEVICE_ENDIAN_LITTLE) == 0) {
      return "its byte order is not the host's";
    }
    try (ClDevice device = new ClDevice(found)) {
      SelfTest.run(device);
      return null;
    } catch (ComputeException | LinkageError e) {
      return String.valueOf(e.getMessage());
    }
  }
}
