package dev.quern.opencl;

import dev.quern.core.BackendUnavailableException;
import dev.quern.core.DeviceInfo;
import dev.quern.dialect.Traits;
import org.lwjgl.opencl.CL10;
import org.lwjgl.opencl.CL11;

/** Asks a driver for what kernels are fitted to. */
final class ClTraits {
  private static final String FAMILY_PROPERTY = "quern.opencl.family";

  /** Vectors wider than 16 do not exist in OpenCL C. */
  private static final int MOST_LANES = 16;

  /** Lanes where the vector family is asked for on a device that has no vectors: the narrowest. */
  private static final int FEWEST_LANES = 4;

  private ClTraits() {}

  /** The traits of a device. */
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
}
