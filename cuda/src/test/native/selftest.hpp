// The tests of the imitation itself.
#pragma once
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "calls.hpp"
#include "cuda.hpp"

extern "C" {
CUresult cuCtxSetCurrent(CUcontext);
CUresult cuCtxSynchronize();
CUresult cuDevicePrimaryCtxRetain(CUcontext *, CUdevice);
CUresult cuDevicePrimaryCtxRelease_v2(CUdevice);
CUresult cuDevicePrimaryCtxReset_v2(CUdevice);
CUresult cuDriverGetVersion(int *);
CUresult cuEventCreate(CUevent *, unsigned);
CUresult cuEventDestroy_v2(CUevent);
CUresult cuEventElapsedTime(float *, CUevent, CUevent);
CUresult cuEventQuery(CUevent);
CUresult cuEventRecord(CUevent, CUstream);
CUresult cuFuncGetAttribute(int *, CUfunction_attribute, CUfunction);
CUresult cuGraphDestroy(CUgraph);
CUresult cuGraphExecDestroy(CUgraphExec);
CUresult cuGraphGetNodes(CUgraph, CUgraphNode *, size_t *);
CUresult cuGraphInstantiateWithFlags(CUgraphExec *, CUgraph, unsigned long long);
CUresult cuGraphLaunch(CUgraphExec, CUstream);
CUresult cuInit(unsigned);
CUresult cuLaunchKernel(CUfunction, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned,
    unsigned, CUstream, void **, void **);
CUresult cuMemAllocHost_v2(void **, size_t);
CUresult cuMemAlloc_v2(CUdeviceptr *, size_t);
CUresult cuMemFreeHost(void *);
CUresult cuMemFree_v2(CUdeviceptr);
CUresult cuMemGetInfo_v2(size_t *, size_t *);
CUresult cuMemcpyDtoHAsync_v2(void *, CUdeviceptr, size_t, CUstream);
CUresult cuMemcpyDtoH_v2(void *, CUdeviceptr, size_t);
CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr, const void *, size_t, CUstream);
CUresult cuMemcpyHtoD_v2(CUdeviceptr, const void *, size_t);
CUresult cuMemsetD32Async(CUdeviceptr, unsigned, size_t, CUstream);
CUresult cuModuleGetFunction(CUfunction *, CUmodule, const char *);
CUresult cuModuleLoadData(CUmodule *, const void *);
CUresult cuModuleUnload(CUmodule);
CUresult cuStreamBeginCapture_v2(CUstream, CUstreamCaptureMode);
CUresult cuStreamCreate(CUstream *, unsigned);
CUresult cuStreamDestroy_v2(CUstream);
CUresult cuStreamEndCapture(CUstream, CUgraph *);
CUresult cuStreamIsCapturing(CUstream, CUstreamCaptureStatus *);
CUresult cuStreamSynchronize(CUstream);
CUresult cuStreamWaitEvent(CUstream, CUevent, unsigned);
}

// Ends the program where a value is not the expected one.
#define IS(expected, actual) same(__FILE__, __LINE__, #actual, double(expected), double(actual))
#define OK(call) IS(0, call)
inline void same(const char *file, int line, const char *text, double expected, double actual) {
  if (expected != actual) {
    fprintf(stderr, "%s:%d: %s is %.9g, not %.9g\n", file, line, text, actual, expected);
    exit(1);
  }
}

// A new context, current, for the time of a test; all that it owns goes with it.
struct Fresh {
  Fresh() {
    OK(cuInit(0));
    OK(cuDevicePrimaryCtxRetain(&context, 0));
    OK(cuCtxSetCurrent(context));
    OK(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
  }
  ~Fresh() {
    OK(cuDevicePrimaryCtxReset_v2(0));
    OK(cuCtxSetCurrent(nullptr));
  }
  CUdeviceptr floats(const std::vector<float> &values) {
    CUdeviceptr address;
    OK(cuMemAlloc_v2(&address, values.size() * sizeof(float)));
    OK(cuMemcpyHtoD_v2(address, values.data(), values.size() * sizeof(float)));
    return address;
  }
  std::vector<float> read(CUdeviceptr address, size_t count) {
    std::vector<float> values(count);
    OK(cuStreamSynchronize(stream));
    OK(cuMemcpyDtoH_v2(values.data(), address, count * sizeof(float)));
    return values;
  }
  CUcontext context;
  CUstream stream;
};

// Runs device work once at once and once from a graph; returns how many nodes that had.
template <class Body>
size_t replayed(CUstream stream, Body body) {
  CUgraph graph;
  CUgraphExec exec;
  size_t nodes = 0;
  OK(cuStreamBeginCapture_v2(stream, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
  body();
  OK(cuStreamEndCapture(stream, &graph));
  OK(cuGraphGetNodes(graph, nullptr, &nodes));
  OK(cuGraphInstantiateWithFlags(&exec, graph, 0));
  OK(cuGraphDestroy(graph));
  OK(cuGraphLaunch(exec, stream));
  OK(cuStreamSynchronize(stream));
  OK(cuGraphExecDestroy(exec));
  return nodes;
}

void test_driver();
void test_kernels();
void test_blas();
void test_cudnn();

// Whole numbers, so that sums are exact.
inline std::vector<float> numbers(size_t count, int seed) {
  std::vector<float> values(count);
  for (size_t i = 0; i < count; i++) {
    values[i] = float(int((i * 7 + size_t(seed) * 13) % 11) - 5);
  }
  return values;
}
