// Initialisation and devices.
#include "driver.hpp"

namespace quern {
namespace {

int capability() {
  return int(number_setting("QUERN_FAKE_CAPABILITY", 90));
}

// Of an H200, by number of CU_DEVICE_ATTRIBUTE_*; those not named are 0.
int attribute(int number) {
  switch (number) {
    case 1: return 1024;  // MAX_THREADS_PER_BLOCK
    case 2:
    case 3: return 1024;  // MAX_BLOCK_DIM_X, _Y
    case 4: return 64;
    case 5: return 2147483647;  // MAX_GRID_DIM_X
    case 6:
    case 7: return 65535;
    case 8: return 49152;        // MAX_SHARED_MEMORY_PER_BLOCK
    case 9: return 65536;        // TOTAL_CONSTANT_MEMORY
    case 10: return 32;          // WARP_SIZE
    case 11: return 2147483647;  // MAX_PITCH
    case 12: return 65536;       // MAX_REGISTERS_PER_BLOCK
    case 13: return 1980000;     // CLOCK_RATE, kHz
    case 14: return 512;         // TEXTURE_ALIGNMENT
    case 15: return 1;           // GPU_OVERLAP
    case 16: return 132;         // MULTIPROCESSOR_COUNT
    case 19: return 1;           // CAN_MAP_HOST_MEMORY
    case 31: return 1;           // CONCURRENT_KERNELS
    case 32: return 1;           // ECC_ENABLED
    case 33: return 1;           // PCI_BUS_ID
    case 36: return 3201000;     // MEMORY_CLOCK_RATE, kHz
    case 37: return 6144;        // GLOBAL_MEMORY_BUS_WIDTH
    case 38: return 62914560;    // L2_CACHE_SIZE
    case 39: return 2048;        // MAX_THREADS_PER_MULTIPROCESSOR
    case 40: return 3;           // ASYNC_ENGINE_COUNT
    case 41: return 1;           // UNIFIED_ADDRESSING
    case 75: return capability() / 10;
    case 76: return capability() % 10;
    case 78:
    case 79:
    case 80: return 1;       // STREAM_PRIORITIES_SUPPORTED, caches
    case 81: return 233472;  // MAX_SHARED_MEMORY_PER_MULTIPROCESSOR
    case 82: return 65536;   // MAX_REGISTERS_PER_MULTIPROCESSOR
    case 83: return 1;       // MANAGED_MEMORY
    case 87: return 2;       // SINGLE_TO_DOUBLE_PRECISION_PERF_RATIO
    case 90:
    case 91: return 1;  // COMPUTE_PREEMPTION_SUPPORTED, CAN_USE_HOST_POINTER_FOR_REGISTERED_MEM
    case 97: return 232448;  // MAX_SHARED_MEMORY_PER_BLOCK_OPTIN
    case 106: return 32;     // MAX_BLOCKS_PER_MULTIPROCESSOR
    case 111: return 1024;   // RESERVED_SHARED_MEMORY_PER_BLOCK
    case 115: return 1;      // MEMORY_POOLS_SUPPORTED
    default: return 0;
  }
}

}  // namespace

int driver_version() {
  return int(number_setting("QUERN_FAKE_DRIVER", CUDA_MAJOR == 12 ? 12060 : CUDA_MAJOR * 1000));
}

bool is_device(CUdevice device) {
  return device >= 0 && size_t(device) < driver().devices.size();
}

}  // namespace quern

using namespace quern;

extern "C" {

CUresult cuInit(unsigned Flags) {
  return CALL(Flags).run([&]() -> CUresult {
    if (Flags) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    const Lock lock(driver().mutex);
    const long devices = number_setting("QUERN_FAKE_DEVICES", 1);
    if (devices == 0) {
      return CUDA_ERROR_NO_DEVICE;
    }
    if (!driver().initialised) {
      driver().devices.resize(devices);
      driver().initialised = true;
    }
    return CUDA_SUCCESS;
  });
}

CUresult cuDriverGetVersion(int *driverVersion) {
  return CALL(at(driverVersion)).run([&]() -> CUresult {
    if (!driverVersion) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    *driverVersion = driver_version();
    return CUDA_SUCCESS;
  });
}

CUresult cuDeviceGetCount(int *count) {
  return initialised(CALL(at(count)), [&](Lock &) -> CUresult {
    if (!count) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    *count = int(driver().devices.size());
    return CUDA_SUCCESS;
  });
}

CUresult cuDeviceGet(CUdevice *device, int ordinal) {
  return initialised(CALL(at(device), ordinal), [&](Lock &) -> CUresult {
    if (!device) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    if (!is_device(ordinal)) {
      return CUDA_ERROR_INVALID_DEVICE;
    }
    *device = ordinal;
    return CUDA_SUCCESS;
  });
}

CUresult cuDeviceGetName(char *name, int len, CUdevice dev) {
  return initialised(CALL(len, dev), [&](Lock &) -> CUresult {
    if (!is_device(dev)) {
      return CUDA_ERROR_INVALID_DEVICE;
    }
    if (!name || len <= 0) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    snprintf(name, size_t(len), "NVIDIA H200, imitated on the CPU");
    return CUDA_SUCCESS;
  });
}

CUresult cuDeviceTotalMem_v2(size_t *bytes, CUdevice dev) {
  return initialised(CALL(at(bytes), dev), [&](Lock &) -> CUresult {
    if (!is_device(dev)) {
      return CUDA_ERROR_INVALID_DEVICE;
    }
    if (!bytes) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    *bytes = size_t(number_setting("QUERN_FAKE_MEMORY", 2L << 30));
    return CUDA_SUCCESS;
  });
}

CUresult cuDeviceGetAttribute(int *pi, CUdevice_attribute attrib, CUdevice dev) {
  return initialised(CALL(at(pi), attrib, dev), [&](Lock &) -> CUresult {
    if (!pi || attrib < 1 || attrib > 144) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    if (!is_device(dev)) {
      return CUDA_ERROR_INVALID_DEVICE;
    }
    *pi = attribute(attrib);
    return CUDA_SUCCESS;
  });
}

CUresult cuDeviceComputeCapability(int *major, int *minor, CUdevice dev) {
  return initialised(CALL(at(major), at(minor), dev), [&](Lock &) -> CUresult {
    if (!major || !minor) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    if (!is_device(dev)) {
      return CUDA_ERROR_INVALID_DEVICE;
    }
    *major = attribute(75);
    *minor = attribute(76);
    return CUDA_SUCCESS;
  });
}

CUresult cuDeviceGetUuid_v2(CUuuid *uuid, CUdevice dev) {
  return initialised(CALL(dev), [&](Lock &) -> CUresult {
    if (!uuid) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    if (!is_device(dev)) {
      return CUDA_ERROR_INVALID_DEVICE;
    }
    memcpy(uuid->bytes, "quern, on a CPU", 15);
    uuid->bytes[15] = char(dev);
    return CUDA_SUCCESS;
  });
}

CUresult cuDeviceGetUuid(CUuuid *uuid, CUdevice dev) {
  return cuDeviceGetUuid_v2(uuid, dev);
}

CUresult cuDeviceGetPCIBusId(char *pciBusId, int len, CUdevice dev) {
  return initialised(CALL(len, dev), [&](Lock &) -> CUresult {
    if (!pciBusId || len < 13) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    if (!is_device(dev)) {
      return CUDA_ERROR_INVALID_DEVICE;
    }
    snprintf(pciBusId, size_t(len), "0000:%02x:00.0", dev + 1);
    return CUDA_SUCCESS;
  });
}

}  // extern "C"
