// libcuda.so.1, with the signatures of cuda.h. INIT is what cuInit gives, VERSION the newest CUDA.
#include "recording.h"

#ifndef INIT
#define INIT 0
#endif
#ifndef VERSION
#define VERSION 13000
#endif

int cuInit(unsigned flags) { note("cuInit %u", flags); return INIT; }
int cuDriverGetVersion(int* version) { *version = VERSION; return 0; }

int cuGetErrorName(int code, const char** name) {
  *name = code == 100 ? "CUDA_ERROR_NO_DEVICE" : "CUDA_ERROR_SYSTEM_NOT_READY";
  return code == 12345 ? 1 : 0;
}

int cuGetErrorString(int code, const char** text) {
  *text = code == 100 ? "no CUDA-capable device is detected" : "system not yet initialized";
  return code == 12345 ? 1 : 0;
}

int cuCtxSetCurrent(void* context) { return note("cuCtxSetCurrent %p", context); }

int cuLaunchKernel(void* function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX,
                   unsigned blockY, unsigned blockZ, unsigned shared, void* stream, void** parameters,
                   void** extra) {
  return note("cuLaunchKernel %p grid %u %u %u block %u %u %u shared %u stream %p first %d second %g extra %p",
              function, gridX, gridY, gridZ, blockX, blockY, blockZ, shared, stream,
              *(int*)parameters[0], *(double*)parameters[1], (void*)extra);
}

int cuGraphLaunch(void* graph, void* stream) { return note("cuGraphLaunch %p %p", graph, stream); }

int cuMemcpyHtoDAsync_v2(address to, const void* from, size_t bytes, void* stream) {
  return note("cuMemcpyHtoDAsync %llx '%s' %zu %p", to, (const char*)from, bytes, stream);
}

int cuMemcpyDtoHAsync_v2(void* to, address from, size_t bytes, void* stream) {
  *(int*)to = 42;
  return note("cuMemcpyDtoHAsync %llx %zu %p", from, bytes, stream);
}

int cuMemcpyDtoDAsync_v2(address to, address from, size_t bytes, void* stream) {
  return note("cuMemcpyDtoDAsync %llx %llx %zu %p", to, from, bytes, stream);
}

// As a compiler may: all bits of the register are looked at.
int cuMemsetD8Async(address to, unsigned value, size_t count, void* stream) {
  return note("cuMemsetD8Async %llx %x %zu %p", to, value, count, stream);
}

// Through JCuda.
int cuStreamSynchronize(void* stream) { return note("cuStreamSynchronize %p", stream); }
