package dev.quern.opencl;

import dev.quern.core.BackendUnavailableException;
import dev.quern.core.DeviceInfo;
import org.lwjgl.opencl.CL10;
import org.lwjgl.opencl.CL11;

/**
 * What kernels are fitted to.
 *
 * @param kind GPU or CPU
 * @param platform the driver's platform, by name
 * @param name the device's name
 * @param key names device and driver exactly, for what was compiled or measured on it
 * @param units compute units
 * @param lanes floats of a vector that kernels should use: the SIMD width of a CPU, else 1
 * @param groupItems most work-items of a group
 * @param localBytes local memory of a group
 * @param largestBlock most bytes of one block of memory
 * @param fastFma whether the device has fused multiply-add in hardware
 * @param tellsTime whether events carry times
 * @param keepsBinaries whether compiled programs may be kept on disk
 */
record Traits(
    DeviceInfo.Kind kind,
    String platform,
    String name,
    String key,
    int units,
    int lanes,
    int groupItems,
    long localBytes,
    long largestBlock,
    boolean fastFma,
    boolean tellsTime,
    boolean keepsBinaries) {

  private static final String FAMILY_PROPERTY = "quern.opencl.family";

  /** Vectors wider than 16 do not exist in OpenCL C. */
  private static final int MOST_LANES = 16;

  /** Lanes where the vector family is asked for on a device that has no vectors: the narrowest. */
  private static final int FEWEST_LANES = 4;

  /** Asks the driver. */
  static Traits of(long platform, long device) {
    String platformName = Query.platformText(platform, CL10.CL_PLATFORM_NAME);
    long type = Query.deviceNumber(device, CL10.CL_DEVICE_TYPE);
    boolean cpu = (type & CL10.CL_DEVICE_TYPE_CPU) != 0;
    int nativeLanes = (int) Query.deviceNumber(device, CL11.CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT);
    long floats = Query.deviceNumber(device, CL10.CL_DEVICE_SINGLE_FP_CONFIG);
    long resolution = Query.deviceNumber(device, CL10.CL_DEVICE_PROFILING_TIMER_RESOLUTION);
    return new Traits(
        cpu ? DeviceInfo.Kind.CPU : DeviceInfo.Kind.GPU,
        platformName,
        Query.deviceText(device, CL10.CL_DEVICE_NAME),
        String.join(
            "|",
            platformName,
            Query.platformText(platform, CL10.CL_PLATFORM_VERSION),
            Query.deviceText(device, CL10.CL_DEVICE_NAME),
            Query.deviceText(device, CL10.CL_DEVICE_VERSION),
            Query.deviceText(device, CL10.CL_DRIVER_VERSION)),
        (int) Query.deviceNumber(device, CL10.CL_DEVICE_MAX_COMPUTE_UNITS),
        lanes(System.getProperty(FAMILY_PROPERTY, ""), cpu, nativeLanes),
        (int) Query.deviceNumber(device, CL10.CL_DEVICE_MAX_WORK_GROUP_SIZE),
        Query.deviceNumber(device, CL10.CL_DEVICE_LOCAL_MEM_SIZE),
        Query.deviceNumber(device, CL10.CL_DEVICE_MAX_MEM_ALLOC_SIZE),
        (floats & CL10.CL_FP_FMA) != 0,
        resolution > 0,
        !platformName.equals("rusticl") && !platformName.equals("Oclgrind"));
  }

  /**
   * A width that OpenCL C has and kernels are written for: 1, 4, 8 or 16.
   *
   * @param family {@code vector} or {@code simt}; empty for what suits the device
   * @throws BackendUnavailableException if the family is none of these
   */
  static int lanes(String family, boolean cpu, int nativeLanes) {
    int lanes = Integer.highestOneBit(Math.clamp(nativeLanes, 1, MOST_LANES));
    return switch (family) {
      case "" -> cpu && lanes >= FEWEST_LANES ? lanes : 1;
      case "vector" -> Math.max(FEWEST_LANES, lanes);
      case "simt" -> 1;
      default ->
          throw new BackendUnavailableException(
              "system property %s must be vector or simt, but is '%s'"
                  .formatted(FAMILY_PROPERTY, family),
              null);
    };
  }

  /**
   * Whether kernels should use vectors and few work-items, as CPUs want; else work-items are the
   * lanes. A CPU whose driver spreads work-items over lanes itself (llvmpipe) counts as the latter.
   */
  boolean usesVectors() {
    return lanes > 1;
  }
}
