package dev.quern.cuda;

import dev.quern.core.DeviceInfo;
import dev.quern.dialect.Traits;
import jcuda.driver.CUdevice;

/**
 * A GPU that can be opened.
 *
 * @param device the driver's handle
 * @param architecture the compute capability that programs are compiled for, for example 90
 * @param traits what kernels are fitted to
 * @param info what users see
 */
record FoundGpu(CUdevice device, int architecture, Traits traits, DeviceInfo info) {}
