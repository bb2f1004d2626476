// Memory of the device and pinned memory of the host: mappings of their own, with a page that
// cannot be touched on both sides. What is asked for ends at the upper one, but for the alignment
// of 256 bytes that CUDA promises; the rest of the pages has a pattern that must still be there
// when the memory is freed.
#include <sys/mman.h>

#include <algorithm>
#include <atomic>

#include "driver.hpp"

namespace quern {
namespace {

constexpr size_t kPage = 4096, kAlignment = 256, kFilled = size_t(4) << 20;
constexpr unsigned char kCanary = 0xa5;

struct Allocation {
  Context *context;
  bool host;
  size_t bytes;
  char *mapping;
  size_t mapped;
};

struct Memory {
  std::mutex mutex;
  std::map<uintptr_t, Allocation> allocations;  // by address
  std::deque<std::pair<char *, size_t>>
      freed;  // kept unusable for a while, so that late uses are noticed
};
Memory &memory() {
  static Memory &one = *new Memory;
  return one;
}

size_t limit() {
  return size_t(number_setting("QUERN_FAKE_MEMORY", 2L << 30));
}

size_t used(const Context &context) {
  size_t sum = 0;
  for (const auto &[address, allocation] : memory().allocations) {
    sum += allocation.context == &context && !allocation.host ? allocation.bytes : 0;
  }
  return sum;
}

CUresult allocate(Context &context, bool host, size_t bytes, uintptr_t &address) {
  const std::lock_guard<std::mutex> lock(memory().mutex);
  if (!bytes) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  if (bytes > limit() || (!host && used(context) + bytes > limit())) {
    return CUDA_ERROR_OUT_OF_MEMORY;
  }
  const size_t usable = (bytes + kPage - 1) / kPage * kPage, mapped = usable + 2 * kPage;
  void *mapping =
      mmap(nullptr, mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapping == MAP_FAILED) {
    return CUDA_ERROR_OUT_OF_MEMORY;
  }
  char *pages = static_cast<char *>(mapping) + kPage;
  mprotect(pages, usable, PROT_READ | PROT_WRITE);
  char *start = pages + (usable - bytes) / kAlignment * kAlignment;
  // Memory has no value at first: floats are NaN, integers -1. The rest of large blocks is 0, since
  // each page that is touched costs memory and time.
  memset(start, 0xff, std::min(bytes, kFilled));
  memset(pages, kCanary, size_t(start - pages));
  memset(start + bytes, kCanary, size_t(pages + usable - start) - bytes);
  address = reinterpret_cast<uintptr_t>(start);
  memory().allocations[address] = {&context, host, bytes, static_cast<char *>(mapping), mapped};
  return CUDA_SUCCESS;
}

bool canaries_alive(uintptr_t address, const Allocation &allocation) {
  const char *start = reinterpret_cast<const char *>(address);
  const auto alive = [](const char *from, const char *to) {
    return std::all_of(from, to, [](char c) { return static_cast<unsigned char>(c) == kCanary; });
  };
  return alive(allocation.mapping + kPage, start) &&
         alive(start + allocation.bytes, allocation.mapping + allocation.mapped - kPage);
}

// False where something has been written beside it.
bool release(uintptr_t address, const Allocation &allocation) {
  const bool alive = canaries_alive(address, allocation);
  if (!alive) {
    note(format("overrun: something was written beside the %zu bytes at 0x%zx", allocation.bytes,
        size_t(address)));
  }
  // Pages that nobody can touch, in the place of these.
  mmap(allocation.mapping, allocation.mapped, PROT_NONE,
      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
  memory().freed.push_back({allocation.mapping, allocation.mapped});
  if (memory().freed.size() > 1000) {
    munmap(memory().freed.front().first, memory().freed.front().second);
    memory().freed.pop_front();
  }
  return alive;
}

CUresult free_one(Context &context, bool host, uintptr_t address, Lock &driver_lock) {
  if (const CUresult status = wait_for_all(context, driver_lock)) {
    return status;
  }
  const std::lock_guard<std::mutex> lock(memory().mutex);
  const auto found = memory().allocations.find(address);
  if (found == memory().allocations.end() || found->second.host != host ||
      found->second.context != &context) {
    note(format("free: 0x%zx was not allocated, or is free", size_t(address)));
    return CUDA_ERROR_INVALID_VALUE;
  }
  if (!release(address, found->second)) {
    context.fault = CUDA_ERROR_ILLEGAL_ADDRESS;
  }
  memory().allocations.erase(found);
  return context.fault;
}

// The allocation that holds all of this, or null; the lock must be held.
const Allocation *holder(uintptr_t address, size_t bytes) {
  const auto after = memory().allocations.upper_bound(address);
  if (after == memory().allocations.begin()) {
    return nullptr;
  }
  const auto &[start, allocation] = *std::prev(after);
  return address - start <= allocation.bytes && bytes <= allocation.bytes - (address - start)
             ? &allocation
             : nullptr;
}

}  // namespace

void free_all(const Context &context) {
  const std::lock_guard<std::mutex> lock(memory().mutex);
  size_t device = 0, host = 0;
  for (auto i = memory().allocations.begin(); i != memory().allocations.end();) {
    if (i->second.context == &context) {
      (i->second.host ? host : device)++;
      release(i->first, i->second);
      i = memory().allocations.erase(i);
    } else {
      ++i;
    }
  }
  if (device || host) {
    note(format("leak: context closed with %zu allocations of the device and %zu of the host",
        device, host));
  }
}

bool owned(unsigned long long address, size_t bytes) {
  const std::lock_guard<std::mutex> lock(memory().mutex);
  const Allocation *found = holder(address, bytes);
  return found && !found->host;
}

bool pinned(const void *address, size_t bytes) {
  const std::lock_guard<std::mutex> lock(memory().mutex);
  const Allocation *found = holder(reinterpret_cast<uintptr_t>(address), bytes);
  return found && found->host;
}

bool on_device(const void *address, size_t bytes) {
  const std::lock_guard<std::mutex> lock(memory().mutex);
  return holder(reinterpret_cast<uintptr_t>(address), bytes);
}

bool reachable(const char *what, const void *address, size_t bytes) {
  const bool good = on_device(address, bytes);
  if (!good) {
    note(format("fault: %s: %zu bytes at %p are no memory of the device", what, bytes, address));
  }
  return good;
}

}  // namespace quern

using namespace quern;

extern "C" {

CUresult cuMemGetInfo_v2(size_t *free, size_t *total) {
  return in_context(CALL(at(free), at(total)), [&](Context &context, Lock &) -> CUresult {
    if (!free || !total) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    const std::lock_guard<std::mutex> lock(memory().mutex);
    *total = limit();
    *free = limit() - std::min(limit(), used(context));
    return CUDA_SUCCESS;
  });
}

CUresult cuMemAlloc_v2(CUdeviceptr *dptr, size_t bytesize) {
  return in_context(CALL(at(dptr), bytesize), [&](Context &context, Lock &) -> CUresult {
    if (!dptr) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    if (const CUresult status = forbid_unsafe(context)) {
      return status;
    }
    uintptr_t address = 0;
    const CUresult status = allocate(context, false, bytesize, address);
    *dptr = address;
    return status;
  });
}

CUresult cuMemFree_v2(CUdeviceptr dptr) {
  return in_context(CALL(dptr), [&](Context &context, Lock &lock) -> CUresult {
    if (const CUresult status = forbid_unsafe(context)) {
      return status;
    }
    return dptr ? free_one(context, false, dptr, lock) : CUDA_SUCCESS;
  });
}

CUresult cuMemGetAddressRange_v2(CUdeviceptr *pbase, size_t *psize, CUdeviceptr dptr) {
  return in_context(CALL(at(pbase), at(psize), dptr), [&](Context &, Lock &) -> CUresult {
    const std::lock_guard<std::mutex> lock(memory().mutex);
    const auto after = memory().allocations.upper_bound(dptr);
    if (!holder(dptr, 0)) {
      return CUDA_ERROR_NOT_FOUND;
    }
    if (pbase) {
      *pbase = std::prev(after)->first;
    }
    if (psize) {
      *psize = std::prev(after)->second.bytes;
    }
    return CUDA_SUCCESS;
  });
}

CUresult cuMemHostAlloc(void **pp, size_t bytesize, unsigned Flags) {
  return in_context(CALL(at(pp), bytesize, Flags), [&](Context &context, Lock &) -> CUresult {
    if (!pp || Flags & ~7u) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    if (const CUresult status = forbid_unsafe(context)) {
      return status;
    }
    uintptr_t address = 0;
    const CUresult status = allocate(context, true, bytesize, address);
    *pp = reinterpret_cast<void *>(address);
    return status;
  });
}

CUresult cuMemAllocHost_v2(void **pp, size_t bytesize) {
  return in_context(CALL(at(pp), bytesize), [&](Context &context, Lock &) -> CUresult {
    if (!pp) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    if (const CUresult status = forbid_unsafe(context)) {
      return status;
    }
    uintptr_t address = 0;
    const CUresult status = allocate(context, true, bytesize, address);
    *pp = reinterpret_cast<void *>(address);
    return status;
  });
}

CUresult cuMemFreeHost(void *p) {
  return in_context(CALL(p), [&](Context &context, Lock &lock) -> CUresult {
    if (const CUresult status = forbid_unsafe(context)) {
      return status;
    }
    return free_one(context, true, reinterpret_cast<uintptr_t>(p), lock);
  });
}

CUresult cuMemHostGetDevicePointer_v2(CUdeviceptr *pdptr, void *p, unsigned Flags) {
  return in_context(CALL(at(pdptr), p, Flags), [&](Context &, Lock &) -> CUresult {
    if (!pdptr || Flags || !pinned(p, 0)) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    *pdptr = reinterpret_cast<uintptr_t>(p);
    return CUDA_SUCCESS;
  });
}

}  // extern "C"
