// What libcuda offers to the other imitated libraries: the streams, and what memory is the
// device's.
#pragma once
#include <functional>
#include <string>

#include "cuda.hpp"

namespace quern {

// Device work; it returns CUDA_SUCCESS, or what then is the context's error for ever.
using Work = std::function<CUresult()>;

// Appends work to a stream of the calling thread's context, or to the graph that the stream is
// being captured into.
CUresult enqueue(CUstream stream, CUgraphNodeType type, const std::string &what, Work work);
// Waits for it; CUDA_SUCCESS, or the context's error. Refused while the stream is captured.
CUresult finish(CUstream stream);

// What a call without work returns: CUDA_SUCCESS, 201 without a current context, or the context's
// error.
CUresult context_state();
// As context_state, of calls that allocate or wait: they spoil captures whose mode forbids them.
CUresult unordered_state(bool waits);
bool is_capturing(CUstream stream);
bool is_stream(CUstream stream);

// Whether all of it lies in one allocation that kernels may use: the device's memory, or pinned
// memory of the host.
bool on_device(const void *address, size_t bytes);
// As a Work's last check before it touches memory: notes what was wrong.
bool reachable(const char *what, const void *address, size_t bytes);

}  // namespace quern
