package dev.quern.opencl;

import dev.quern.core.DeviceInfo;
import dev.quern.dialect.Traits;

/**
 * A device that a platform has named.
 *
 * @param platform its cl_platform_id
 * @param device its cl_device_id
 * @param traits what kernels are fitted to
 * @param info what users see
 */
record FoundDevice(long platform, long device, Traits traits, DeviceInfo info) {}
