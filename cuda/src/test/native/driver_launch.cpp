// Launches of kernels, and how many of their blocks would fit.
#include <algorithm>

#include "modules.hpp"

namespace quern {
namespace {

// The arguments' values at the time of the launch, as CUDA copies them.
struct Arguments {
  std::vector<std::vector<char>> values;
  std::vector<void *> pointers;
};

std::string text_of(const quern_parameter &parameter, const void *value) {
  const auto read = [&](auto number) {
    memcpy(&number, value, sizeof number);
    return number;
  };
  switch (parameter.kind) {
    case 'p': return format("0x%llx", read(0ull));
    case 'f':
      return parameter.size == 4 ? shown(read(0.f)) : parameter.size == 8 ? shown(read(0.)) : "?";
    case 'i':
    case 'u':
      return std::to_string(parameter.size == 8   ? read(0ll)
                            : parameter.size == 4 ? read(0)
                            : parameter.size == 2 ? read(short(0))
                                                  : read('\0'));
    default: return format("<%u bytes>", parameter.size);
  }
}

std::string text_of(const Function *function, void **arguments) {
  if (!function || !arguments) {
    return "?";
  }
  std::string text = function->kernel->name;
  for (unsigned i = 0; i < function->kernel->count; i++) {
    text += (i ? ", " : "(") +
            (arguments[i] ? text_of(function->kernel->parameters[i], arguments[i]) : "null");
  }
  return text + (function->kernel->count ? ")" : "()");
}

// QUERN_FAKE_FAULT=name or name:n makes the n-th run of this kernel touch memory that is not there.
bool is_to_fault(const std::string &kernel) {
  const std::string wanted = setting("QUERN_FAKE_FAULT");
  static std::mutex mutex;
  static std::string counted;
  static long runs = 0;
  const size_t colon = wanted.find(':');
  if (wanted.empty() || wanted.substr(0, colon) != kernel) {
    return false;
  }
  const std::lock_guard<std::mutex> lock(mutex);
  runs = wanted == counted ? runs + 1 : 1;
  counted = wanted;
  return runs == (colon == std::string::npos ? 1 : atol(wanted.c_str() + colon + 1));
}

CUresult check(const Function &function, Dimensions grid, Dimensions block, size_t shared) {
  if (!grid.count() || !block.count() || grid.x > 0x7fffffffu || grid.y > 65535 || grid.z > 65535 ||
      block.x > 1024 || block.y > 1024 || block.z > 64 || block.count() > 1024) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  if (block.count() > size_t(max_threads(function))) {
    note(format("launch: %s has at most %d threads a block, not %zu", function.kernel->name,
        max_threads(function), block.count()));
    return CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES;
  }
  const size_t most = size_t(function.max_dynamic_shared) > 48u << 10 ? 232448 : 48 << 10;
  if (shared > size_t(function.max_dynamic_shared) || shared + function.shared_bytes > most) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  return CUDA_SUCCESS;
}

CUresult run(
    Function &function, Dimensions grid, Dimensions block, size_t shared, Arguments &arguments) {
  const quern_kernel &kernel = *function.kernel;
  if (is_to_fault(kernel.name)) {
    note(format("fault: kernel %s, as QUERN_FAKE_FAULT says", kernel.name));
    return CUDA_ERROR_ILLEGAL_ADDRESS;
  }
  for (unsigned i = 0; i < kernel.count; i++) {
    const void *pointer;
    if (kernel.parameters[i].kind == 'p') {
      memcpy(&pointer, arguments.pointers[i], sizeof pointer);
      // Memory of the host could be read here, but on no device.
      if (pointer && !on_device(pointer, 0)) {
        note(format("fault: kernel %s: argument %u, %p, is no memory of the device", kernel.name, i,
            pointer));
        return CUDA_ERROR_ILLEGAL_ADDRESS;
      }
    }
  }
  const std::lock_guard<std::mutex> alone(function.module->running);
  return run_grid(
      *function.module->content, kernel, grid, block, shared, arguments.pointers.data());
}

int blocks_per_multiprocessor(const Function &function, int threads, size_t shared) {
  if (threads <= 0 || threads > max_threads(function)) {
    return 0;
  }
  const size_t per_block = function.shared_bytes + shared + 1024;
  const int warps = (threads + 31) / 32;
  return int(std::min({size_t(32), size_t(64 / warps), size_t(233472) / per_block}));
}

CUresult occupancy(int *blocks, CUfunction handle, int threads, size_t shared) {
  const auto function = driver().functions.find(handle);
  if (!function) {
    return CUDA_ERROR_INVALID_HANDLE;
  }
  if (!blocks) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  *blocks = blocks_per_multiprocessor(*function, threads, shared);
  return CUDA_SUCCESS;
}

}  // namespace
}  // namespace quern

using namespace quern;

extern "C" {

CUresult cuLaunchKernel(CUfunction f, unsigned gridDimX, unsigned gridDimY, unsigned gridDimZ,
    unsigned blockDimX, unsigned blockDimY, unsigned blockDimZ, unsigned sharedMemBytes,
    CUstream hStream, void **kernelParams, void **extra) {
  std::string text = "?";
  if (logging()) {
    const Lock lock(driver().mutex);
    text = text_of(driver().functions.find(f).get(), kernelParams);
  }
  const char *kernel = text.c_str();
  return in_context(CALL(kernel, gridDimX, gridDimY, gridDimZ, blockDimX, blockDimY, blockDimZ,
                        sharedMemBytes, hStream),
      [&](Context &context, Lock &) -> CUresult {
        const auto function = driver().functions.find(f);
        const auto stream = find_stream(context, hStream);
        if (!function || function->module->context != &context || !stream) {
          return CUDA_ERROR_INVALID_HANDLE;
        }
        const Dimensions grid = {gridDimX, gridDimY, gridDimZ},
                         block = {blockDimX, blockDimY, blockDimZ};
        if (const CUresult status = check(*function, grid, block, sharedMemBytes)) {
          return status;
        }
        if (extra || (function->kernel->count && !kernelParams)) {
          note("launch: arguments are taken from kernelParams only");
          return CUDA_ERROR_INVALID_VALUE;
        }
        auto arguments = std::make_shared<Arguments>();
        for (unsigned i = 0; i < function->kernel->count; i++) {
          if (!kernelParams[i]) {
            note(format("launch: %s has %u arguments, but number %u is missing",
                function->kernel->name, function->kernel->count, i));
            return CUDA_ERROR_INVALID_VALUE;
          }
          const char *value = static_cast<const char *>(kernelParams[i]);
          arguments->values.emplace_back(value, value + function->kernel->parameters[i].size);
        }
        for (auto &value : arguments->values) {
          arguments->pointers.push_back(value.data());
        }
        return append(context, stream, CU_GRAPH_NODE_TYPE_KERNEL, function->kernel->name,
            [=] { return run(*function, grid, block, sharedMemBytes, *arguments); });
      });
}

CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(
    int *numBlocks, CUfunction func, int blockSize, size_t dynamicSMemSize) {
  return in_context(CALL(at(numBlocks), func, blockSize, dynamicSMemSize),
      [&](Context &, Lock &) { return occupancy(numBlocks, func, blockSize, dynamicSMemSize); });
}

CUresult cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(
    int *numBlocks, CUfunction func, int blockSize, size_t dynamicSMemSize, unsigned flags) {
  return in_context(CALL(at(numBlocks), func, blockSize, dynamicSMemSize, flags),
      [&](Context &, Lock &) { return occupancy(numBlocks, func, blockSize, dynamicSMemSize); });
}

CUresult cuOccupancyMaxPotentialBlockSize(int *minGridSize, int *blockSize, CUfunction func,
    CUoccupancyB2DSize blockSizeToDynamicSMemSize, size_t dynamicSMemSize, int blockSizeLimit) {
  return in_context(CALL(at(minGridSize), at(blockSize), func, dynamicSMemSize, blockSizeLimit),
      [&](Context &, Lock &) -> CUresult {
        const auto function = driver().functions.find(func);
        if (!function) {
          return CUDA_ERROR_INVALID_HANDLE;
        }
        *blockSize = std::min(max_threads(*function), blockSizeLimit > 0 ? blockSizeLimit : 1024);
        const size_t shared =
            blockSizeToDynamicSMemSize ? blockSizeToDynamicSMemSize(*blockSize) : dynamicSMemSize;
        *minGridSize = 132 * blocks_per_multiprocessor(*function, *blockSize, shared);
        return CUDA_SUCCESS;
      });
}

}  // extern "C"
