package dev.quern.cuda;

import dev.quern.core.BackendUnavailableException;
import dev.quern.core.ComputeException;
import dev.quern.core.DeviceInfo;
import dev.quern.dialect.Traits;
import dev.quern.kernels.SelfTest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/**
 * Looks at every GPU of the driver. One that fails is listed with the reason and spoils no other.
 */
final class GpuScan {
  private static final int NAME_BYTES = 256;

  /** Compute capability 7.5, Turing: the oldest that CUDA 13 compiles for. */
  private static final int OLDEST = 75;

  private GpuScan() {}

  /**
   * Lists all GPUs and tests each.
   *
   * @param usable receives those that can be opened, by id
   * @throws BackendUnavailableException if there is none
   */
  static List<DeviceInfo> run(CudaLibraries libraries, Map<String, FoundGpu> usable) {
    JCudaDriver.setExceptionsEnabled(false); // statuses are checked one by one
    CudaStatus.check(JCudaDriver.cuInit(0), "cuInit");
    int[] count = new int[1];
    CudaStatus.check(JCudaDriver.cuDeviceGetCount(count), "cuDeviceGetCount");
    if (count[0] == 0) {
      throw new BackendUnavailableException(
          "NVIDIA's driver is here, but offers no GPU: look at nvidia-smi, and at"
              + " CUDA_VISIBLE_DEVICES",
          null);
    }
    List<DeviceInfo> infos = new ArrayList<>();
    for (int ordinal = 0; ordinal < count[0]; ordinal++) {
      infos.add(look(ordinal, libraries, usable));
    }
    return infos;
  }

  private static DeviceInfo look(
      int ordinal, CudaLibraries libraries, Map<String, FoundGpu> usable) {
    String id = CudaProvider.NAME + ":" + ordinal;
    FoundGpu gpu;
    try {
      gpu = describe(id, ordinal, libraries);
    } catch (ComputeException e) {
      return info(id, "unknown", libraries, 0, String.valueOf(e.getMessage()));
    }
    try (CudaDevice device = new CudaDevice(gpu, libraries)) {
      SelfTest.run(device);
    } catch (ComputeException | LinkageError e) {
      DeviceInfo seen = gpu.info();
      return info(id, seen.name(), libraries, seen.memoryBytes(), String.valueOf(e.getMessage()));
    }
    usable.put(id, gpu);
    return gpu.info();
  }

  private static FoundGpu describe(String id, int ordinal, CudaLibraries libraries) {
    CUdevice device = new CUdevice();
    CudaStatus.check(JCudaDriver.cuDeviceGet(device, ordinal), "cuDeviceGet of " + id);
    byte[] text = new byte[NAME_BYTES];
    CudaStatus.check(
        JCudaDriver.cuDeviceGetName(text, text.length, device), "cuDeviceGetName of " + id);
    String name = new String(text, StandardCharsets.UTF_8).replace("\0", "").strip();
    long[] bytes = new long[1];
    CudaStatus.check(JCudaDriver.cuDeviceTotalMem(bytes, device), "cuDeviceTotalMem of " + id);
    int capability =
        10 * attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
            + attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
    Traits traits =
        new Traits(
            DeviceInfo.Kind.GPU,
            "CUDA",
            name,
            String.join("|", "CUDA", name, "sm_" + capability, libraries.versions()),
            attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT),
            1,
            attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK),
            attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK),
            bytes[0],
            true,
            true,
            true);
    return new FoundGpu(
        device,
        architecture(name, capability, libraries),
        traits,
        info(id, name, libraries, bytes[0], null));
  }

  private static int attribute(CUdevice device, int attribute) {
    int[] value = new int[1];
    CudaStatus.check(
        JCudaDriver.cuDeviceGetAttribute(value, attribute, device), "cuDeviceGetAttribute");
    return value[0];
  }

  /** Machine code runs on GPUs of its own major number and of the same or a newer minor one. */
  private static int architecture(String name, int capability, CudaLibraries libraries) {
    int[] offered = libraries.nvrtc().architectures();
    return Arrays.stream(offered)
        .filter(a -> a >= OLDEST && a / 10 == capability / 10 && a <= capability)
        .max()
        .orElseThrow(
            () ->
                new BackendUnavailableException(
                    "%s has compute capability %d.%d, and NVRTC %s compiles for %s: install a CUDA"
                            .formatted(
                                name,
                                capability / 10,
                                capability % 10,
                                libraries.nvrtc().version(),
                                Arrays.toString(offered))
                        + " that knows this GPU",
                    null));
  }

  private static DeviceInfo info(
      String id, String name, CudaLibraries libraries, long bytes, @Nullable String unusable) {
    return new DeviceInfo(
        id, CudaProvider.NAME, DeviceInfo.Kind.GPU, name, libraries.versions(), bytes, unusable);
  }
}
