// libcublas.so.12 and .13, with the signatures of cublas_api.h. MAJOR is the version.
#include "recording.h"

#ifndef MAJOR
#define MAJOR 12
#endif

typedef void* handle;

const char* cublasGetStatusName(int code) {
  return code == 7 ? "CUBLAS_STATUS_INVALID_VALUE" : "CUBLAS_STATUS_OTHER";
}

int cublasGetProperty(int part, int* value) {
  *value = part == 0 ? MAJOR : part == 1 ? 6 : 4;
  return 0;
}

int cublasCreate_v2(handle* out) {
  *out = (handle)0xabc;
  return note("cublasCreate");
}

int cublasDestroy_v2(handle h) { return note("cublasDestroy %p", h); }
int cublasSetStream_v2(handle h, void* stream) { return note("cublasSetStream %p %p", h, stream); }
int cublasSetWorkspace_v2(handle h, void* at, size_t bytes) {
  return note("cublasSetWorkspace %p %p %zu", h, at, bytes);
}
int cublasSetPointerMode_v2(handle h, int mode) { return note("cublasSetPointerMode %p %d", h, mode); }
int cublasSetMathMode(handle h, int mode) { return note("cublasSetMathMode %p %d", h, mode); }

int cublasGemmEx(handle h, int opA, int opB, int m, int n, int k, const float* alpha, const void* a,
                 int typeA, int lda, const void* b, int typeB, int ldb, const float* beta, void* c,
                 int typeC, int ldc, int compute, int algorithm) {
  return note("cublasGemmEx %p op %d %d m %d n %d k %d alpha %g a %p type %d ld %d b %p type %d ld %d "
              "beta %g c %p type %d ld %d compute %d algorithm %d",
              h, opA, opB, m, n, k, *alpha, a, typeA, lda, b, typeB, ldb, *beta, c, typeC, ldc,
              compute, algorithm);
}

int cublasGemmStridedBatchedEx(handle h, int opA, int opB, int m, int n, int k, const float* alpha,
                               const void* a, int typeA, int lda, integer strideA, const void* b,
                               int typeB, int ldb, integer strideB, const float* beta, void* c,
                               int typeC, int ldc, integer strideC, int batch, int compute,
                               int algorithm) {
  return note("cublasGemmStridedBatchedEx %p op %d %d m %d n %d k %d alpha %g a %p type %d ld %d "
              "stride %lld b %p type %d ld %d stride %lld beta %g c %p type %d ld %d stride %lld "
              "batch %d compute %d algorithm %d",
              h, opA, opB, m, n, k, *alpha, a, typeA, lda, strideA, b, typeB, ldb, strideB, *beta, c,
              typeC, ldc, strideC, batch, compute, algorithm);
}
