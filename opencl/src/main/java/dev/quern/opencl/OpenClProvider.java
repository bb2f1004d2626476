package dev.quern.opencl;

import dev.quern.core.BackendProvider;
import dev.quern.core.BackendUnavailableException;
import dev.quern.core.ComputeException;
import dev.quern.core.Device;
import dev.quern.core.DeviceInfo;
import dev.quern.core.Probe;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The OpenCL backend. Its system properties, which users need for diagnosis at most:
 *
 * <ul>
 *   <li>{@code quern.opencl.cache}: the folder for compiled programs; empty for none.
 *   <li>{@code quern.opencl.family}: {@code vector} for the kernels of CPUs, {@code simt} for those
 *       of GPUs; by default each device gets what suits its kind.
 *   <li>{@code quern.opencl.options}: more options for the driver's compiler, for example {@code
 *       -cl-opt-disable}.
 * </ul>
 */
public final class OpenClProvider implements BackendProvider {
  private static final String NAME = "opencl";

  private final Map<String, FoundDevice> found = new ConcurrentHashMap<>();

  /** For {@link java.util.ServiceLoader}. */
  public OpenClProvider() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int priority() {
    return 100; // behind the CPU's own backend, which is faster on the same processor
  }

  @Override
  public Probe probe() {
    try {
      OpenClLibrary.open();
      List<DeviceInfo> devices = DeviceScan.run(found);
      long usable = devices.stream().filter(DeviceInfo::usable).count();
      if (usable > 0) {
        return Probe.available(
            NAME, usable + (usable == 1 ? " usable device" : " usable devices"), devices);
      }
      String reason =
          devices.isEmpty()
              ? "an OpenCL loader is here, but no driver offers a device: install your GPU's driver"
                  + " (for CPUs, Debian: pocl-opencl-icd)"
              : devices.get(0).name() + ": " + devices.get(0).unusableBecause();
      return Probe.unavailable(NAME, reason, null, devices);
    } catch (ComputeException | LinkageError | IllegalCallerException e) {
      return Probe.unavailable(NAME, String.valueOf(e.getMessage()), e, List.of());
    }
  }

  @Override
  public Device open(DeviceInfo info) {
    FoundDevice device = found.get(info.id());
    if (device == null) {
      throw new BackendUnavailableException(
          info.id() + " is not a device that this provider has found", null);
    }
    return new ClDevice(device);
  }
}
