// Copies and fills, in order on a stream, or at once: then they are the legacy stream's and are
// waited for.
#include "driver.hpp"

namespace quern {
namespace {

enum class Side { host, device, either };

struct End {
  uintptr_t address;
  Side side;
};

bool acceptable(End end, size_t bytes) {
  const void *address = reinterpret_cast<const void *>(end.address);
  switch (end.side) {
    case Side::device:
      return on_device(address, bytes);  // pinned memory has a device's address, too
    case Side::host: return address && !owned(end.address, 0);
    default: return address != nullptr;
  }
}

bool touches_device(End end) {
  return owned(end.address, 0);
}

// The copy itself; memory may have been freed since it was asked for.
Work copying(End to, End from, size_t bytes) {
  return [=]() -> CUresult {
    for (const End end : {to, from}) {
      if (!acceptable(end, bytes)) {
        note(format("fault: copy: %zu bytes at 0x%zx are gone", bytes, size_t(end.address)));
        return CUDA_ERROR_ILLEGAL_ADDRESS;
      }
    }
    memmove(
        reinterpret_cast<void *>(to.address), reinterpret_cast<const void *>(from.address), bytes);
    return CUDA_SUCCESS;
  };
}

CUresult copy_at_once(Context &context, Lock &lock, End to, End from, size_t bytes) {
  if (bytes && (!acceptable(to, bytes) || !acceptable(from, bytes))) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  CUresult status = forbid_legacy(context);
  if (status || (status = forbid_unsafe(context)) || !bytes) {
    return status;
  }
  return wait_for(context, submit(context, context.legacy, {{}, copying(to, from, bytes)}), lock);
}

// As CUDA does: memory that is not pinned is read before the call returns, and written before it
// returns.
CUresult copy_later(Context &context, Lock &lock, End to, End from, size_t bytes, CUstream handle) {
  const auto stream = find_stream(context, handle);
  if (!stream) {
    return CUDA_ERROR_INVALID_HANDLE;
  }
  if (bytes && (!acceptable(to, bytes) || !acceptable(from, bytes))) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  if (!bytes) {
    return CUDA_SUCCESS;
  }
  const bool pageable_source = !on_device(reinterpret_cast<const void *>(from.address), 0);
  const bool pageable_target = !on_device(reinterpret_cast<const void *>(to.address), 0);
  if (pageable_source && !stream->capture) {
    auto staged = std::make_shared<std::vector<char>>(bytes);
    memcpy(staged->data(), reinterpret_cast<const void *>(from.address), bytes);
    return append(context, stream, CU_GRAPH_NODE_TYPE_MEMCPY, "copy", [=] {
      return copying(to, {reinterpret_cast<uintptr_t>(staged->data()), Side::host}, bytes)();
    });
  }
  const CUresult status =
      append(context, stream, CU_GRAPH_NODE_TYPE_MEMCPY, "copy", copying(to, from, bytes));
  return status || !pageable_target || stream->capture
             ? status
             : wait_for(context, {stream, stream->submitted}, lock);
}

template <class T>
CUresult fill(
    Context &context, Lock *at_once, CUdeviceptr to, T value, size_t count, CUstream handle) {
  const auto stream = find_stream(context, handle);
  if (!stream) {
    return CUDA_ERROR_INVALID_HANDLE;
  }
  T *target = reinterpret_cast<T *>(to);
  if (to % sizeof(T) || (count && !on_device(target, count * sizeof(T)))) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  if (!count) {
    return CUDA_SUCCESS;
  }
  if (at_once) {
    if (const CUresult status = forbid_unsafe(context)) {
      return status;
    }
  }
  const CUresult status =
      append(context, stream, CU_GRAPH_NODE_TYPE_MEMSET, "fill", [=]() -> CUresult {
        if (!reachable("fill", target, count * sizeof(T))) {
          return CUDA_ERROR_ILLEGAL_ADDRESS;
        }
        std::fill_n(target, count, value);
        return CUDA_SUCCESS;
      });
  return status || !at_once ? status : wait_for(context, {stream, stream->submitted}, *at_once);
}

End host(const void *address) {
  return {reinterpret_cast<uintptr_t>(address), Side::host};
}
End device(CUdeviceptr address) {
  return {uintptr_t(address), Side::device};
}
End any(CUdeviceptr address) {
  const End end = {uintptr_t(address), Side::either};
  return touches_device(end) ? device(address) : end;
}

// Of a log, what kind of memory the host's end is.
const char *kind(const void *address) {
  return pinned(address, 0) ? "pinned" : "pageable";
}

}  // namespace
}  // namespace quern

using namespace quern;

extern "C" {

CUresult cuMemcpyHtoD_v2(CUdeviceptr dstDevice, const void *srcHost, size_t ByteCount) {
  return in_context(CALL(dstDevice, srcHost, ByteCount), [&](Context &context, Lock &lock) {
    return copy_at_once(context, lock, device(dstDevice), host(srcHost), ByteCount);
  });
}

CUresult cuMemcpyDtoH_v2(void *dstHost, CUdeviceptr srcDevice, size_t ByteCount) {
  return in_context(CALL(dstHost, srcDevice, ByteCount), [&](Context &context, Lock &lock) {
    return copy_at_once(context, lock, host(dstHost), device(srcDevice), ByteCount);
  });
}

CUresult cuMemcpyDtoD_v2(CUdeviceptr dstDevice, CUdeviceptr srcDevice, size_t ByteCount) {
  return in_context(CALL(dstDevice, srcDevice, ByteCount), [&](Context &context, Lock &lock) {
    return copy_at_once(context, lock, device(dstDevice), device(srcDevice), ByteCount);
  });
}

CUresult cuMemcpy(CUdeviceptr dst, CUdeviceptr src, size_t ByteCount) {
  return in_context(CALL(dst, src, ByteCount), [&](Context &context, Lock &lock) {
    return copy_at_once(context, lock, any(dst), any(src), ByteCount);
  });
}

CUresult cuMemcpyHtoDAsync_v2(
    CUdeviceptr dstDevice, const void *srcHost, size_t ByteCount, CUstream hStream) {
  const char *source = kind(srcHost);
  return in_context(
      CALL(dstDevice, srcHost, ByteCount, hStream, source), [&](Context &context, Lock &lock) {
        return copy_later(context, lock, device(dstDevice), host(srcHost), ByteCount, hStream);
      });
}

CUresult cuMemcpyDtoHAsync_v2(
    void *dstHost, CUdeviceptr srcDevice, size_t ByteCount, CUstream hStream) {
  const char *target = kind(dstHost);
  return in_context(
      CALL(dstHost, srcDevice, ByteCount, hStream, target), [&](Context &context, Lock &lock) {
        return copy_later(context, lock, host(dstHost), device(srcDevice), ByteCount, hStream);
      });
}

CUresult cuMemcpyDtoDAsync_v2(
    CUdeviceptr dstDevice, CUdeviceptr srcDevice, size_t ByteCount, CUstream hStream) {
  return in_context(
      CALL(dstDevice, srcDevice, ByteCount, hStream), [&](Context &context, Lock &lock) {
        return copy_later(context, lock, device(dstDevice), device(srcDevice), ByteCount, hStream);
      });
}

CUresult cuMemcpyAsync(CUdeviceptr dst, CUdeviceptr src, size_t ByteCount, CUstream hStream) {
  return in_context(CALL(dst, src, ByteCount, hStream), [&](Context &context, Lock &lock) {
    return copy_later(context, lock, any(dst), any(src), ByteCount, hStream);
  });
}

CUresult cuMemsetD8_v2(CUdeviceptr dstDevice, unsigned char uc, size_t N) {
  return in_context(CALL(dstDevice, uc, N), [&](Context &context, Lock &lock) {
    return fill(context, &lock, dstDevice, uc, N, nullptr);
  });
}

CUresult cuMemsetD16_v2(CUdeviceptr dstDevice, unsigned short us, size_t N) {
  return in_context(CALL(dstDevice, us, N), [&](Context &context, Lock &lock) {
    return fill(context, &lock, dstDevice, us, N, nullptr);
  });
}

CUresult cuMemsetD32_v2(CUdeviceptr dstDevice, unsigned ui, size_t N) {
  return in_context(CALL(dstDevice, ui, N), [&](Context &context, Lock &lock) {
    return fill(context, &lock, dstDevice, ui, N, nullptr);
  });
}

CUresult cuMemsetD8Async(CUdeviceptr dstDevice, unsigned char uc, size_t N, CUstream hStream) {
  return in_context(CALL(dstDevice, uc, N, hStream),
      [&](Context &context, Lock &) { return fill(context, nullptr, dstDevice, uc, N, hStream); });
}

CUresult cuMemsetD16Async(CUdeviceptr dstDevice, unsigned short us, size_t N, CUstream hStream) {
  return in_context(CALL(dstDevice, us, N, hStream),
      [&](Context &context, Lock &) { return fill(context, nullptr, dstDevice, us, N, hStream); });
}

CUresult cuMemsetD32Async(CUdeviceptr dstDevice, unsigned ui, size_t N, CUstream hStream) {
  return in_context(CALL(dstDevice, ui, N, hStream),
      [&](Context &context, Lock &) { return fill(context, nullptr, dstDevice, ui, N, hStream); });
}

}  // extern "C"
