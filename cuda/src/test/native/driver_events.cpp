// Events: points of streams, that other streams wait for and that times are taken of.
#include "driver.hpp"

namespace quern {
namespace {

CUresult find_event(Context &context, CUevent handle, std::shared_ptr<Event> &event) {
  event = driver().events.find(handle);
  return event && event->context == &context ? CUDA_SUCCESS : CUDA_ERROR_INVALID_HANDLE;
}

// Where an event may be asked for its state; spoils the capture that it belongs to.
CUresult ask_event(Context &context, CUevent handle, std::shared_ptr<Event> &event) {
  if (const CUresult status = find_event(context, handle, event)) {
    return status;
  }
  if (event->capture) {
    event->capture->invalid = true;
    return CUDA_ERROR_CAPTURED_EVENT;
  }
  return forbid_unsafe(context);
}

}  // namespace
}  // namespace quern

using namespace quern;

extern "C" {

CUresult cuStreamWaitEvent(CUstream hStream, CUevent hEvent, unsigned Flags) {
  return in_context(CALL(hStream, hEvent, Flags), [&](Context &context, Lock &) -> CUresult {
    const auto stream = find_stream(context, hStream);
    std::shared_ptr<Event> event;
    if (!stream || find_event(context, hEvent, event)) {
      return CUDA_ERROR_INVALID_HANDLE;
    }
    if (stream->capture) {
      if (stream->capture->invalid) {
        return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
      }
      if (event->capture != stream->capture) {
        stream->capture->invalid = true;
        return event->capture ? CUDA_ERROR_STREAM_CAPTURE_MERGE
                              : CUDA_ERROR_STREAM_CAPTURE_ISOLATION;
      }
      stream->leaves.insert(stream->leaves.end(), event->leaves.begin(), event->leaves.end());
    } else if (event->capture) {
      if (stream == context.legacy) {
        event->capture->invalid = true;
        return CUDA_ERROR_STREAM_CAPTURE_IMPLICIT;
      }
      if (event->capture->invalid || !event->capture->origin->capture) {
        return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
      }
      stream->capture = event->capture;  // joins it
      stream->leaves = event->leaves;
    } else {
      if (const CUresult status =
              stream == context.legacy ? forbid_legacy(context) : CUDA_SUCCESS) {
        return status;
      }
      if (event->recorded) {
        submit(context, stream, {{event->point}, nullptr});
      }
    }
    return CUDA_SUCCESS;
  });
}

CUresult cuEventCreate(CUevent *phEvent, unsigned Flags) {
  return in_context(CALL(at(phEvent), Flags), [&](Context &context, Lock &) -> CUresult {
    if (!phEvent || Flags & ~7u ||
        (Flags & CU_EVENT_INTERPROCESS && !(Flags & CU_EVENT_DISABLE_TIMING))) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    auto event = std::make_shared<Event>();
    event->context = &context;
    event->flags = Flags;
    *phEvent = driver().events.add(event);
    return CUDA_SUCCESS;
  });
}

CUresult cuEventDestroy_v2(CUevent hEvent) {
  return in_context(CALL(hEvent), [&](Context &context, Lock &) -> CUresult {
    std::shared_ptr<Event> event;
    if (const CUresult status = find_event(context, hEvent, event)) {
      return status;
    }
    driver().events.remove(hEvent);
    return CUDA_SUCCESS;
  });
}

CUresult cuEventRecord(CUevent hEvent, CUstream hStream) {
  return in_context(CALL(hEvent, hStream), [&](Context &context, Lock &) -> CUresult {
    const auto stream = find_stream(context, hStream);
    std::shared_ptr<Event> event;
    if (!stream || find_event(context, hEvent, event)) {
      return CUDA_ERROR_INVALID_HANDLE;
    }
    if (stream->capture) {
      if (stream->capture->invalid) {
        return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
      }
      event->capture = stream->capture;
      event->leaves = stream->leaves;
      return CUDA_SUCCESS;
    }
    if (const CUresult status = stream == context.legacy ? forbid_legacy(context) : CUDA_SUCCESS) {
      return status;
    }
    const auto time = std::make_shared<Clock::time_point>();
    event->recorded = true;
    event->capture = nullptr;
    event->time = time;
    event->point =
        submit(context, stream, {{}, [time] { return *time = Clock::now(), CUDA_SUCCESS; }});
    return CUDA_SUCCESS;
  });
}

CUresult cuEventQuery(CUevent hEvent) {
  return in_context(CALL(hEvent), [&](Context &context, Lock &) -> CUresult {
    std::shared_ptr<Event> event;
    const CUresult status = ask_event(context, hEvent, event);
    return status ? status : reached(event->point) ? CUDA_SUCCESS : CUDA_ERROR_NOT_READY;
  });
}

CUresult cuEventSynchronize(CUevent hEvent) {
  return in_context(CALL(hEvent), [&](Context &context, Lock &lock) -> CUresult {
    std::shared_ptr<Event> event;
    const CUresult status = ask_event(context, hEvent, event);
    return status ? status : wait_for(context, event->point, lock);
  });
}

CUresult cuEventElapsedTime(float *pMilliseconds, CUevent hStart, CUevent hEnd) {
  return in_context(CALL(hStart, hEnd), [&](Context &context, Lock &) -> CUresult {
    std::shared_ptr<Event> start, end;
    if (!pMilliseconds) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    CUresult status = ask_event(context, hStart, start);
    if (status || (status = ask_event(context, hEnd, end))) {
      return status;
    }
    if (!start->recorded || !end->recorded ||
        (start->flags | end->flags) & CU_EVENT_DISABLE_TIMING) {
      return CUDA_ERROR_INVALID_HANDLE;
    }
    if (!reached(start->point) || !reached(end->point)) {
      return CUDA_ERROR_NOT_READY;
    }
    *pMilliseconds = std::chrono::duration<float, std::milli>(*end->time - *start->time).count();
    return CUDA_SUCCESS;
  });
}

CUresult cuEventElapsedTime_v2(float *pMilliseconds, CUevent hStart, CUevent hEnd) {
  return cuEventElapsedTime(pMilliseconds, hStart, hEnd);
}

}  // extern "C"
