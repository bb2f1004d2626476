package dev.quern.cuda;

import dev.quern.core.BackendProvider;
import dev.quern.core.BackendUnavailableException;
import dev.quern.core.ComputeException;
import dev.quern.core.Device;
import dev.quern.core.DeviceInfo;
import dev.quern.core.Probe;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The CUDA backend. Its system properties, which users need for diagnosis at most:
 *
 * <ul>
 *   <li>{@code quern.cuda.libraries}: folders to look for NVIDIA's libraries in before all others.
 *   <li>{@code quern.cuda.deterministic}: {@code true} for kernels chosen by rule instead of by
 *       measuring, so that every process computes the same bits; may cost speed.
 *   <li>{@code quern.cuda.kernels}: {@code own} to leave products and convolutions to our own
 *       kernels, which the libraries' may otherwise be faster than.
 *   <li>{@code quern.cuda.cache}: the folder for compiled programs; empty for none.
 * </ul>
 */
public final class CudaProvider implements BackendProvider {
  static final String NAME = "cuda";

  private final Map<String, FoundGpu> found = new ConcurrentHashMap<>();
  private @Nullable CudaLibraries libraries;

  /** For {@link java.util.ServiceLoader}. */
  public CudaProvider() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int priority() {
    return 300; // before OpenCL on the same GPU
  }

  @Override
  public synchronized Probe probe() {
    CudaLibraries opened = libraries;
    if (opened == null) { // once: libraries cannot be loaded twice
      opened = CudaLibraries.ofThisProcess();
      libraries = opened;
    }
    return devices(opened).with(opened.report());
  }

  private Probe devices(CudaLibraries opened) {
    try {
      List<DeviceInfo> devices = GpuScan.run(opened.require(), found);
      long usable = devices.stream().filter(DeviceInfo::usable).count();
      if (usable > 0) {
        return Probe.available(
            NAME,
            usable + (usable == 1 ? " usable device, " : " usable devices, ") + opened.versions(),
            devices);
      }
      return Probe.unavailable(
          NAME, devices.get(0).name() + ": " + devices.get(0).unusableBecause(), null, devices);
    } catch (ComputeException | LinkageError e) {
      return Probe.unavailable(NAME, String.valueOf(e.getMessage()), e, List.of());
    }
  }

  @Override
  public synchronized Device open(DeviceInfo info) {
    FoundGpu gpu = found.get(info.id());
    if (gpu == null || libraries == null) {
      throw new BackendUnavailableException(
          info.id() + " is not a device that this provider has found", null);
    }
    return new CudaDevice(gpu, libraries);
  }
}
