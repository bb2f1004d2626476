// NVIDIA's libraries as far as CallCosts calls them, doing nothing, so that what is left is the call. Built
// once for each of their names; a name that the others have, too, does no harm.
#include <stddef.h>

typedef unsigned long long address;

// The driver.
int cuInit(unsigned flags) { return 0; }
int cuDriverGetVersion(int* version) { *version = 12060; return 0; }
int cuGetErrorName(int code, const char** name) { *name = "CUDA_ERROR"; return 0; }
int cuGetErrorString(int code, const char** text) { *text = "an error"; return 0; }
int cuDeviceGet(int* device, int ordinal) { *device = 0; return 0; }
int cuDeviceGetAttribute(int* value, int attribute, int device) {
  *value = attribute == 75 ? 7 : attribute == 76 ? 5 : 0; // compute capability 7.5
  return 0;
}
int cuDevicePrimaryCtxRetain(void** context, int device) { *context = (void*)0x10; return 0; }
int cuDevicePrimaryCtxRelease_v2(int device) { return 0; }
int cuCtxSetCurrent(void* context) { return 0; }
int cuCtxSynchronize(void) { return 0; }
int cuModuleLoadDataEx(void** module, const void* image, unsigned options, int* names, void** values) {
  *module = (void*)0x20;
  return 0;
}
int cuModuleGetFunction(void** function, void* module, const char* name) { *function = (void*)0x30; return 0; }
int cuModuleUnload(void* module) { return 0; }
int cuMemAlloc_v2(address* block, size_t bytes) { *block = 0x7fee00000000; return 0; }
int cuMemFree_v2(address block) { return 0; }
int cuLaunchKernel(void* function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX,
                   unsigned blockY, unsigned blockZ, unsigned shared, void* stream, void** parameters,
                   void** extra) {
  return 0;
}
int cuGraphLaunch(void* graph, void* stream) { return 0; }
int cuMemcpyHtoDAsync_v2(address to, const void* from, size_t bytes, void* stream) { return 0; }
int cuMemcpyDtoHAsync_v2(void* to, address from, size_t bytes, void* stream) { return 0; }
int cuMemcpyDtoDAsync_v2(address to, address from, size_t bytes, void* stream) { return 0; }
int cuMemsetD8Async(address to, unsigned char value, size_t count, void* stream) { return 0; }

// cuDNN.
size_t cudnnGetVersion(void) { return 90501; }
size_t cudnnGetCudartVersion(void) { return 12060; }

// cuBLAS and cuBLASLt.
const char* cublasGetStatusName(int code) { return "CUBLAS_STATUS"; }
int cublasGetProperty(int part, int* value) { *value = part == 0 ? 12 : part == 1 ? 6 : 4; return 0; }
int cublasLtGetProperty(int part, int* value) { return cublasGetProperty(part, value); }
int cublasCreate_v2(void** handle) { *handle = (void*)0x40; return 0; }
int cublasDestroy_v2(void* handle) { return 0; }
int cublasSetStream_v2(void* handle, void* stream) { return 0; }
int cublasSetWorkspace_v2(void* handle, void* workspace, size_t bytes) { return 0; }
int cublasSetPointerMode_v2(void* handle, int mode) { return 0; }
int cublasSetMathMode(void* handle, int mode) { return 0; }
int cublasGemmEx(void* handle, int opA, int opB, int m, int n, int k, const void* alpha, const void* a, int typeA,
                 int lda, const void* b, int typeB, int ldb, const void* beta, void* c, int typeC, int ldc,
                 int compute, int algorithm) {
  return 0;
}
int cublasGemmStridedBatchedEx(void* handle, int opA, int opB, int m, int n, int k, const void* alpha,
                               const void* a, int typeA, int lda, long long strideA, const void* b, int typeB,
                               int ldb, long long strideB, const void* beta, void* c, int typeC, int ldc,
                               long long strideC, int batch, int compute, int algorithm) {
  return 0;
}

// NVRTC.
const char* nvrtcGetErrorString(int code) { return "NVRTC_ERROR"; }
int nvrtcVersion(int* major, int* minor) { *major = 12; *minor = 6; return 0; }
int nvrtcGetNumSupportedArchs(int* count) { *count = 1; return 0; }
int nvrtcGetSupportedArchs(int* all) { all[0] = 75; return 0; }
int nvrtcCreateProgram(void** program, const char* source, const char* name, int headers,
                       const char* const* contents, const char* const* names) {
  *program = (void*)0x50;
  return 0;
}
int nvrtcCompileProgram(void* program, int count, const char* const* options) { return 0; }
int nvrtcDestroyProgram(void** program) { return 0; }
int nvrtcGetProgramLogSize(void* program, size_t* bytes) { *bytes = 0; return 0; }
int nvrtcGetProgramLog(void* program, char* text) { return 0; }
int nvrtcGetCUBINSize(void* program, size_t* bytes) { *bytes = 1; return 0; }
int nvrtcGetCUBIN(void* program, char* code) { *code = 0; return 0; }
