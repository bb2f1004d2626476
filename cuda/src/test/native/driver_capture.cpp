// Stream capture: what goes to a captured stream becomes nodes of a graph.
#include <algorithm>

#include "driver.hpp"

namespace quern {
namespace {

thread_local CUstreamCaptureMode interaction = CU_STREAM_CAPTURE_MODE_GLOBAL;

std::vector<std::shared_ptr<Capture>> captures_of(const Context &context) {
  std::vector<std::shared_ptr<Capture>> found;
  for (const auto &[handle, stream] : driver().streams.all()) {
    if (stream->context == &context && stream->capture) {
      found.push_back(stream->capture);
    }
  }
  return found;
}

// Whether everything captured comes before the origin's last node.
bool joined(const Capture &capture, const std::vector<Node *> &leaves) {
  std::set<const Node *> seen;
  std::vector<const Node *> open(leaves.begin(), leaves.end());
  while (!open.empty()) {
    const Node *node = open.back();
    open.pop_back();
    if (seen.insert(node).second) {
      open.insert(open.end(), node->after.begin(), node->after.end());
    }
  }
  return seen.size() == capture.graph->nodes.size();
}

void leave(const Capture &capture) {
  for (const auto &[handle, stream] : driver().streams.all()) {
    if (stream->capture.get() == &capture) {
      stream->leaves.clear();
      stream->capture = nullptr;  // last, as it may be what keeps the capture
    }
  }
}

}  // namespace

CUresult forbid_unsafe(Context &context) {
  CUresult status = CUDA_SUCCESS;
  for (const auto &capture : captures_of(context)) {
    const bool own = capture->thread == std::this_thread::get_id();
    const bool forbidden = interaction != CU_STREAM_CAPTURE_MODE_RELAXED &&
                           ((own && capture->mode != CU_STREAM_CAPTURE_MODE_RELAXED) ||
                               (capture->mode == CU_STREAM_CAPTURE_MODE_GLOBAL &&
                                   interaction == CU_STREAM_CAPTURE_MODE_GLOBAL));
    if (forbidden) {
      capture->invalid = true;
      status = CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    }
  }
  return status;
}

CUresult forbid_legacy(Context &context) {
  CUresult status = CUDA_SUCCESS;
  for (const auto &[handle, stream] : driver().streams.all()) {
    if (stream->context == &context && stream->capture &&
        !(stream->flags & CU_STREAM_NON_BLOCKING)) {
      stream->capture->invalid = true;
      status = CUDA_ERROR_STREAM_CAPTURE_IMPLICIT;
    }
  }
  return status;
}

CUresult refuse_captured(Stream &stream) {
  if (!stream.capture) {
    return CUDA_SUCCESS;
  }
  const bool before = stream.capture->invalid;
  stream.capture->invalid = true;
  return before ? CUDA_ERROR_STREAM_CAPTURE_INVALIDATED : CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
}

CUresult append(Context &context, const std::shared_ptr<Stream> &stream, CUgraphNodeType type,
    const std::string &what, Work work) {
  if (!stream->capture) {
    const CUresult status = stream == context.legacy ? forbid_legacy(context) : CUDA_SUCCESS;
    if (!status) {
      submit(context, stream, {{}, std::move(work)});
    }
    return status;
  }
  Capture &capture = *stream->capture;
  if (capture.invalid) {
    return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
  }
  auto node = std::make_shared<Node>(Node{type, what, std::move(work), stream->leaves});
  stream->leaves = {node.get()};
  capture.graph->nodes.push_back(std::move(node));
  return CUDA_SUCCESS;
}

void abandon_capture(Stream &stream) {
  if (const auto capture = stream.capture) {
    capture->invalid = true;
    if (capture->origin == &stream) {
      leave(*capture);
    }
    stream.capture = nullptr;
  }
}

bool is_capturing(CUstream handle) {
  const Lock lock(driver().mutex);
  CUresult status;
  Context *context = current_context(status);
  const auto stream = context ? find_stream(*context, handle) : nullptr;
  return stream && stream->capture;
}

}  // namespace quern

using namespace quern;

extern "C" {

CUresult cuStreamBeginCapture_v2(CUstream hStream, CUstreamCaptureMode mode) {
  return in_context(CALL(hStream, mode), [&](Context &context, Lock &) -> CUresult {
    const auto stream = find_stream(context, hStream);
    if (!stream) {
      return CUDA_ERROR_INVALID_HANDLE;
    }
    if (mode < 0 || mode > CU_STREAM_CAPTURE_MODE_RELAXED) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    if (stream == context.legacy) {
      return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    }
    if (stream->capture) {
      return CUDA_ERROR_ILLEGAL_STATE;
    }
    stream->capture = std::make_shared<Capture>();
    stream->capture->mode = mode;
    stream->capture->thread = std::this_thread::get_id();
    stream->capture->origin = stream.get();
    stream->capture->graph->context = &context;
    stream->leaves.clear();
    return CUDA_SUCCESS;
  });
}

CUresult cuStreamEndCapture(CUstream hStream, CUgraph *phGraph) {
  return in_context(CALL(hStream, at(phGraph)), [&](Context &context, Lock &) -> CUresult {
    const auto stream = find_stream(context, hStream);
    if (!stream) {
      return CUDA_ERROR_INVALID_HANDLE;
    }
    if (!phGraph) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    *phGraph = nullptr;
    const auto capture = stream->capture;
    if (!capture) {
      return CUDA_ERROR_ILLEGAL_STATE;
    }
    if (capture->origin != stream.get()) {
      capture->invalid = true;
      return CUDA_ERROR_STREAM_CAPTURE_UNMATCHED;
    }
    if (capture->mode != CU_STREAM_CAPTURE_MODE_RELAXED &&
        capture->thread != std::this_thread::get_id()) {
      return CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD;
    }
    const bool complete = joined(*capture, stream->leaves);
    leave(*capture);
    if (capture->invalid) {
      return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
    }
    if (!complete) {
      capture->invalid = true;
      return CUDA_ERROR_STREAM_CAPTURE_UNJOINED;
    }
    *phGraph = driver().graphs.add(capture->graph);
    return CUDA_SUCCESS;
  });
}

CUresult cuStreamIsCapturing(CUstream hStream, CUstreamCaptureStatus *captureStatus) {
  return in_context(CALL(hStream, at(captureStatus)), [&](Context &context, Lock &) -> CUresult {
    const auto stream = find_stream(context, hStream);
    if (!stream) {
      return CUDA_ERROR_INVALID_HANDLE;
    }
    if (!captureStatus) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    if (const CUresult status = stream == context.legacy ? forbid_legacy(context) : CUDA_SUCCESS) {
      return status;
    }
    *captureStatus = !stream->capture           ? CU_STREAM_CAPTURE_STATUS_NONE
                     : stream->capture->invalid ? CU_STREAM_CAPTURE_STATUS_INVALIDATED
                                                : CU_STREAM_CAPTURE_STATUS_ACTIVE;
    return CUDA_SUCCESS;
  });
}

CUresult cuThreadExchangeStreamCaptureMode(CUstreamCaptureMode *mode) {
  return initialised(CALL(at(mode)), [&](Lock &) -> CUresult {
    if (!mode || *mode < 0 || *mode > CU_STREAM_CAPTURE_MODE_RELAXED) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    std::swap(*mode, interaction);
    return CUDA_SUCCESS;
  });
}

}  // extern "C"
