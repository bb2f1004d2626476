// Streams, each with a thread that runs its tasks in order.
#include "driver.hpp"

namespace quern {
namespace {

// Runs a stream's tasks; ends when the stream is closed. Kept alive by its own pointer.
void serve(std::shared_ptr<Stream> stream) {
  Driver &all = driver();
  Context &context = *stream->context;
  Lock lock(all.mutex);
  bool idle = true;
  for (;;) {
    if (stream->tasks.empty()) {
      if (stream->closing) {
        stream->serving = false;
        all.changed.notify_all();
        return;
      }
      idle = true;
      all.changed.wait(lock);
      continue;
    }
    const Task task = std::move(stream->tasks.front());
    stream->tasks.pop_front();
    if (idle) {
      // A device starts late, too: callers that do not wait see what they have earned.
      idle = false;
      const auto lag = std::chrono::microseconds(number_setting("QUERN_FAKE_LAG", 100));
      lock.unlock();
      std::this_thread::sleep_for(lag);
      lock.lock();
    }
    for (const Point &point : task.after) {
      all.changed.wait(lock, [&] { return reached(point); });
    }
    if (task.work && !context.fault) {
      lock.unlock();
      CUresult status = CUDA_SUCCESS;
      const CUresult crash = guarded([&] { status = task.work(); });
      lock.lock();
      if (!context.fault) {
        context.fault = crash ? crash : status;
      }
    }
    stream->completed++;
    all.changed.notify_all();
  }
}

bool is_legacy(CUstream handle) {
  return reinterpret_cast<uintptr_t>(handle) <= 1;
}

CUresult create(Context &context, CUstream *out, unsigned flags, int priority) {
  if (!out || flags > CU_STREAM_NON_BLOCKING) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  auto stream = std::make_shared<Stream>();
  stream->context = &context;
  stream->flags = flags;
  stream->priority = priority > 0 ? 0 : priority < -5 ? -5 : priority;
  *out = driver().streams.add(stream);
  return CUDA_SUCCESS;
}

}  // namespace

bool reached(const Point &point) {
  return !point.stream || point.stream->completed >= point.tasks;
}

std::shared_ptr<Stream> find_stream(Context &context, CUstream handle) {
  if (is_legacy(handle)) {
    return context.legacy;
  }
  const auto stream = driver().streams.find(handle);
  return stream && stream->context == &context ? stream : nullptr;
}

Point submit(Context &context, const std::shared_ptr<Stream> &stream, Task task) {
  if (stream == context.legacy) {
    for (const auto &[handle, other] : driver().streams.all()) {
      if (other->context == &context && !(other->flags & CU_STREAM_NON_BLOCKING)) {
        task.after.push_back({other, other->submitted});
      }
    }
  } else if (!(stream->flags & CU_STREAM_NON_BLOCKING)) {
    task.after.push_back({context.legacy, context.legacy->submitted});
  }
  stream->tasks.push_back(std::move(task));
  stream->submitted++;
  if (!stream->serving) {
    stream->serving = true;
    std::thread(serve, stream).detach();
  }
  driver().changed.notify_all();
  return {stream, stream->submitted};
}

CUresult wait_for(Context &context, const Point &point, Lock &lock) {
  driver().changed.wait(lock, [&] { return reached(point); });
  return context.fault;
}

CUresult wait_for_all(Context &context, Lock &lock) {
  std::vector<Point> points{{context.legacy, context.legacy->submitted}};
  for (const auto &[handle, stream] : driver().streams.all()) {
    if (stream->context == &context) {
      points.push_back({stream, stream->submitted});
    }
  }
  for (const auto &stream : context.destroyed) {
    points.push_back({stream, stream->submitted});
  }
  for (const Point &point : points) {
    wait_for(context, point, lock);
  }
  context.destroyed.clear();
  return context.fault;
}

// Ends the stream's thread, once its work is done.
void close_stream(Stream &stream, Lock &lock) {
  stream.closing = true;
  driver().changed.notify_all();
  driver().changed.wait(lock, [&] { return !stream.serving; });
}

CUresult enqueue(CUstream handle, CUgraphNodeType type, const std::string &what, Work work) {
  const Lock lock(driver().mutex);
  CUresult status;
  Context *context = current_context(status);
  if (!context) {
    return status;
  }
  const auto stream = find_stream(*context, handle);
  return stream ? append(*context, stream, type, what, std::move(work)) : CUDA_ERROR_INVALID_HANDLE;
}

CUresult finish(CUstream handle) {
  Lock lock(driver().mutex);
  CUresult status;
  Context *context = current_context(status);
  if (!context) {
    return status;
  }
  const auto stream = find_stream(*context, handle);
  if (!stream) {
    return CUDA_ERROR_INVALID_HANDLE;
  }
  if ((status = refuse_captured(*stream)) || (status = forbid_unsafe(*context))) {
    return status;
  }
  return wait_for(*context, {stream, stream->submitted}, lock);
}

CUresult unordered_state(bool waits) {
  Lock lock(driver().mutex);
  CUresult status;
  Context *context = current_context(status);
  if (!context || (status = forbid_unsafe(*context))) {
    return status;
  }
  return waits ? wait_for_all(*context, lock) : CUDA_SUCCESS;
}

bool is_stream(CUstream handle) {
  const Lock lock(driver().mutex);
  CUresult status;
  Context *context = current_context(status);
  return context && find_stream(*context, handle);
}

}  // namespace quern

using namespace quern;

extern "C" {

CUresult cuStreamCreate(CUstream *phStream, unsigned Flags) {
  return in_context(CALL(at(phStream), Flags),
      [&](Context &context, Lock &) { return create(context, phStream, Flags, 0); });
}

CUresult cuStreamCreateWithPriority(CUstream *phStream, unsigned flags, int priority) {
  return in_context(CALL(at(phStream), flags, priority),
      [&](Context &context, Lock &) { return create(context, phStream, flags, priority); });
}

CUresult cuStreamDestroy_v2(CUstream hStream) {
  return in_context(CALL(hStream), [&](Context &context, Lock &) -> CUresult {
    const auto stream = find_stream(context, hStream);
    if (!stream || stream == context.legacy) {
      return CUDA_ERROR_INVALID_HANDLE;
    }
    abandon_capture(*stream);
    stream->closing = true;  // when its work is done
    driver().changed.notify_all();
    driver().streams.remove(hStream);
    context.destroyed.push_back(stream);
    return CUDA_SUCCESS;
  });
}

CUresult cuStreamSynchronize(CUstream hStream) {
  return in_context(CALL(hStream), [&](Context &context, Lock &lock) -> CUresult {
    const auto stream = find_stream(context, hStream);
    if (!stream) {
      return CUDA_ERROR_INVALID_HANDLE;
    }
    CUresult status = refuse_captured(*stream);
    if (status || (status = forbid_unsafe(context))) {
      return status;
    }
    if (stream == context.legacy) {
      return wait_for(context, submit(context, stream, {}), lock);
    }
    return wait_for(context, {stream, stream->submitted}, lock);
  });
}

CUresult cuStreamQuery(CUstream hStream) {
  return in_context(CALL(hStream), [&](Context &context, Lock &) -> CUresult {
    const auto stream = find_stream(context, hStream);
    if (!stream) {
      return CUDA_ERROR_INVALID_HANDLE;
    }
    CUresult status = refuse_captured(*stream);
    if (status || (status = forbid_unsafe(context))) {
      return status;
    }
    return reached({stream, stream->submitted}) ? CUDA_SUCCESS : CUDA_ERROR_NOT_READY;
  });
}

CUresult cuStreamGetPriority(CUstream hStream, int *priority) {
  return in_context(CALL(hStream, at(priority)), [&](Context &context, Lock &) -> CUresult {
    const auto stream = find_stream(context, hStream);
    if (!stream) {
      return CUDA_ERROR_INVALID_HANDLE;
    }
    *priority = stream->priority;
    return CUDA_SUCCESS;
  });
}

CUresult cuStreamGetFlags(CUstream hStream, unsigned *flags) {
  return in_context(CALL(hStream, at(flags)), [&](Context &context, Lock &) -> CUresult {
    const auto stream = find_stream(context, hStream);
    if (!stream) {
      return CUDA_ERROR_INVALID_HANDLE;
    }
    *flags = stream->flags;
    return CUDA_SUCCESS;
  });
}

CUresult cuStreamGetCtx(CUstream hStream, CUcontext *pctx) {
  return in_context(CALL(hStream, at(pctx)), [&](Context &context, Lock &) -> CUresult {
    if (!find_stream(context, hStream)) {
      return CUDA_ERROR_INVALID_HANDLE;
    }
    *pctx = context.handle;
    return CUDA_SUCCESS;
  });
}

CUresult cuCtxSynchronize(void) {
  return in_context(CALL(), [&](Context &context, Lock &lock) -> CUresult {
    for (const auto &[handle, stream] : driver().streams.all()) {
      if (stream->context == &context && stream->capture) {
        return refuse_captured(*stream);
      }
    }
    return wait_for_all(context, lock);
  });
}

}  // extern "C"
