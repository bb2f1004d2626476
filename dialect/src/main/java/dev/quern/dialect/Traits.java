package dev.quern.dialect;

import dev.quern.core.DeviceInfo;

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
public record Traits(
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

  /**
   * Whether kernels should use vectors and few work-items, as CPUs want; else work-items are the
   * lanes. A CPU whose driver spreads work-items over lanes itself (llvmpipe) counts as the latter.
   */
  public boolean usesVectors() {
    return lanes > 1;
  }
}
