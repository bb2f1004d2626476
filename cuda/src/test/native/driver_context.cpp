// Contexts: the primary one of each device, and which is current.
#include <algorithm>

#include "driver.hpp"

namespace quern {

Driver &driver() {
  static Driver &one = *new Driver;  // never destroyed, as threads may still use it
  return one;
}

namespace {

thread_local std::vector<Context *> stack;  // of the contexts, the last one is current
std::vector<std::shared_ptr<Context>> &ever() {
  static auto &contexts =
      *new std::vector<std::shared_ptr<Context>>;  // so that stale pointers in stacks stay readable
  return contexts;
}

// All that a context owns goes with it; what its owner forgot is noted.
void destroy(Context &context, Lock &lock) {
  Driver &all = driver();
  wait_for_all(context, lock);
  context.alive = false;
  const auto mine = [&](const auto &object) { return object.context == &context; };
  const auto streams = all.streams.remove_if(mine);
  for (const auto &stream : streams) {
    abandon_capture(*stream);
    close_stream(*stream, lock);
  }
  close_stream(*context.legacy, lock);
  const size_t events = all.events.remove_if(mine).size();
  const size_t execs = all.execs.remove_if(mine).size(), graphs = all.graphs.remove_if(mine).size();
  if (!streams.empty() || events || execs || graphs) {
    note(format(
        "leak: context closed with %zu streams, %zu events, %zu graphs, %zu executable graphs",
        streams.size(), events, graphs, execs));
  }
  unload_all(context);
  free_all(context);
  all.contexts.remove(context.handle);
}

}  // namespace

Context *current_context(CUresult &status) {
  if (!driver().initialised) {
    status = CUDA_ERROR_NOT_INITIALIZED;
    return nullptr;
  }
  Context *context = stack.empty() ? nullptr : stack.back();
  status = !context          ? CUDA_ERROR_INVALID_CONTEXT
           : !context->alive ? CUDA_ERROR_CONTEXT_IS_DESTROYED
                             : context->fault;
  return status ? nullptr : context;
}

CUresult initialised(const Call &call, const Body<CUresult, Lock &> &body) {
  return call.run([&]() -> CUresult {
    Lock lock(driver().mutex);
    return driver().initialised ? body(lock) : CUDA_ERROR_NOT_INITIALIZED;
  });
}

CUresult in_context(const Call &call, const Body<CUresult, Context &, Lock &> &body) {
  return call.run([&]() -> CUresult {
    Lock lock(driver().mutex);
    CUresult status;
    Context *context = current_context(status);
    return context ? body(*context, lock) : status;
  });
}

CUresult context_state() {
  const Lock lock(driver().mutex);
  CUresult status;
  current_context(status);
  return status;
}

}  // namespace quern

using namespace quern;

extern "C" {

CUresult cuDevicePrimaryCtxRetain(CUcontext *pctx, CUdevice dev) {
  return initialised(CALL(at(pctx), dev), [&](Lock &) -> CUresult {
    if (!is_device(dev)) {
      return CUDA_ERROR_INVALID_DEVICE;
    }
    if (!pctx) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    Device &device = driver().devices[dev];
    if (!device.primary) {
      device.primary = std::make_shared<Context>();
      device.primary->device = dev;
      device.primary->flags = device.flags;
      device.primary->legacy->context = device.primary.get();
      device.primary->handle = driver().contexts.add(device.primary);
      ever().push_back(device.primary);
    }
    device.retained++;
    *pctx = device.primary->handle;
    return CUDA_SUCCESS;
  });
}

CUresult cuDevicePrimaryCtxRelease_v2(CUdevice dev) {
  return initialised(CALL(dev), [&](Lock &lock) -> CUresult {
    if (!is_device(dev)) {
      return CUDA_ERROR_INVALID_DEVICE;
    }
    Device &device = driver().devices[dev];
    if (!device.retained) {
      return CUDA_ERROR_INVALID_CONTEXT;
    }
    if (--device.retained == 0) {
      const auto context = std::move(device.primary);
      device.primary = nullptr;
      destroy(*context, lock);
    }
    return CUDA_SUCCESS;
  });
}

CUresult cuDevicePrimaryCtxReset_v2(CUdevice dev) {
  return initialised(CALL(dev), [&](Lock &lock) -> CUresult {
    if (!is_device(dev)) {
      return CUDA_ERROR_INVALID_DEVICE;
    }
    Device &device = driver().devices[dev];
    device.retained = 0;
    if (const auto context = std::move(device.primary)) {
      device.primary = nullptr;
      destroy(*context, lock);
    }
    return CUDA_SUCCESS;
  });
}

CUresult cuDevicePrimaryCtxSetFlags_v2(CUdevice dev, unsigned flags) {
  return initialised(CALL(dev, flags), [&](Lock &) -> CUresult {
    if (!is_device(dev)) {
      return CUDA_ERROR_INVALID_DEVICE;
    }
    if (flags & ~0x1fu) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    driver().devices[dev].flags = flags;
    if (driver().devices[dev].primary) {
      driver().devices[dev].primary->flags = flags;
    }
    return CUDA_SUCCESS;
  });
}

CUresult cuDevicePrimaryCtxGetState(CUdevice dev, unsigned *flags, int *active) {
  return initialised(CALL(dev, at(flags), at(active)), [&](Lock &) -> CUresult {
    if (!is_device(dev)) {
      return CUDA_ERROR_INVALID_DEVICE;
    }
    if (!flags || !active) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    *flags = driver().devices[dev].flags;
    *active = driver().devices[dev].primary != nullptr;
    return CUDA_SUCCESS;
  });
}

CUresult cuCtxSetCurrent(CUcontext ctx) {
  return initialised(CALL(ctx), [&](Lock &) -> CUresult {
    const auto context = driver().contexts.find(ctx);
    if (ctx && !context) {
      return CUDA_ERROR_INVALID_CONTEXT;
    }
    if (!stack.empty()) {
      stack.pop_back();
    }
    if (ctx) {
      stack.push_back(context.get());
    }
    return CUDA_SUCCESS;
  });
}

CUresult cuCtxGetCurrent(CUcontext *pctx) {
  return initialised(CALL(at(pctx)), [&](Lock &) -> CUresult {
    if (!pctx) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    *pctx = stack.empty() ? nullptr : stack.back()->handle;
    return CUDA_SUCCESS;
  });
}

CUresult cuCtxPushCurrent_v2(CUcontext ctx) {
  return initialised(CALL(ctx), [&](Lock &) -> CUresult {
    const auto context = driver().contexts.find(ctx);
    if (!context) {
      return CUDA_ERROR_INVALID_CONTEXT;
    }
    stack.push_back(context.get());
    return CUDA_SUCCESS;
  });
}

CUresult cuCtxPopCurrent_v2(CUcontext *pctx) {
  return initialised(CALL(at(pctx)), [&](Lock &) -> CUresult {
    if (stack.empty()) {
      return CUDA_ERROR_INVALID_CONTEXT;
    }
    if (pctx) {
      *pctx = stack.back()->handle;
    }
    stack.pop_back();
    return CUDA_SUCCESS;
  });
}

CUresult cuCtxGetDevice(CUdevice *device) {
  return in_context(CALL(at(device)), [&](Context &context, Lock &) -> CUresult {
    if (!device) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    *device = context.device;
    return CUDA_SUCCESS;
  });
}

CUresult cuCtxGetFlags(unsigned *flags) {
  return in_context(CALL(at(flags)), [&](Context &context, Lock &) -> CUresult {
    if (!flags) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    *flags = context.flags;
    return CUDA_SUCCESS;
  });
}

CUresult cuCtxGetApiVersion(CUcontext ctx, unsigned *version) {
  return in_context(CALL(ctx, at(version)), [&](Context &, Lock &) -> CUresult {
    if (!version) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    *version = 3020;
    return CUDA_SUCCESS;
  });
}

CUresult cuCtxGetStreamPriorityRange(int *leastPriority, int *greatestPriority) {
  return in_context(
      CALL(at(leastPriority), at(greatestPriority)), [&](Context &, Lock &) -> CUresult {
        if (leastPriority) {
          *leastPriority = 0;
        }
        if (greatestPriority) {
          *greatestPriority = -5;
        }
        return CUDA_SUCCESS;
      });
}

}  // extern "C"
