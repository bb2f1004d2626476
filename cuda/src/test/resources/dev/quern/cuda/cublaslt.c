// libcublasLt.so.12 and .13, with the signatures of cublasLt.h. MAJOR is the version; NONE makes the
// heuristic find no algorithm, STATE is the state of the one that it finds.
#include <stdint.h>
#include <string.h>
#include "recording.h"

#ifndef MAJOR
#define MAJOR 12
#endif
#ifndef NONE
#define NONE 0
#endif
#ifndef STATE
#define STATE 0
#endif

typedef struct {
  uint64_t algorithm[8];
  size_t workspace;
  int state;
  float waves;
  int reserved[4];
} result;

static uint64_t objects = 0x100;

const char* cublasLtGetStatusName(int code) {
  return code == 7 ? "CUBLAS_STATUS_INVALID_VALUE" : "CUBLAS_STATUS_OTHER";
}

int cublasLtGetProperty(int part, int* value) {
  *value = part == 0 ? MAJOR : part == 1 ? 6 : 3;
  return 0;
}

static int create(const char* what, uint64_t* out) {
  *out = ++objects;
  return note("%s -> %llx", what, (address)*out);
}

static int set(const char* what, uint64_t object, int attribute, const void* value, size_t bytes) {
  integer number = 0;
  memcpy(&number, value, bytes);
  return note("%s %llx %d = %lld of %zu bytes", what, (address)object, attribute, number, bytes);
}

int cublasLtCreate(uint64_t* out) { return create("handle", out); }
int cublasLtDestroy(uint64_t h) { return note("handle %llx destroyed", (address)h); }

int cublasLtMatmulDescCreate(uint64_t* out, int compute, int scale) {
  note("descriptor of compute %d scale %d", compute, scale);
  return create("descriptor", out);
}
int cublasLtMatmulDescDestroy(uint64_t d) { return note("descriptor %llx destroyed", (address)d); }
int cublasLtMatmulDescSetAttribute(uint64_t d, int attribute, const void* value, size_t bytes) {
  return set("descriptor", d, attribute, value, bytes);
}

int cublasLtMatrixLayoutCreate(uint64_t* out, int type, uint64_t rows, uint64_t columns, int64_t lead) {
  note("layout of type %d rows %llu columns %llu lead %lld", type, (address)rows, (address)columns,
       (integer)lead);
  return create("layout", out);
}
int cublasLtMatrixLayoutDestroy(uint64_t y) { return note("layout %llx destroyed", (address)y); }
int cublasLtMatrixLayoutSetAttribute(uint64_t y, int attribute, const void* value, size_t bytes) {
  return set("layout", y, attribute, value, bytes);
}

int cublasLtMatmulPreferenceCreate(uint64_t* out) { return create("preference", out); }
int cublasLtMatmulPreferenceDestroy(uint64_t p) {
  return note("preference %llx destroyed", (address)p);
}
int cublasLtMatmulPreferenceSetAttribute(uint64_t p, int attribute, const void* value, size_t bytes) {
  return set("preference", p, attribute, value, bytes);
}

int cublasLtMatmulAlgoGetHeuristic(uint64_t h, uint64_t d, uint64_t a, uint64_t b, uint64_t c,
                                   uint64_t e, uint64_t preference, int most, result* results,
                                   int* found) {
  memset(results, 0, sizeof(result));
  results->algorithm[7] = 0x777;
  results->workspace = 4096;
  results->state = STATE;
  *found = NONE ? 0 : 1;
  return note("heuristic %llx descriptor %llx a %llx b %llx c %llx d %llx preference %llx most %d",
              (address)h, (address)d, (address)a, (address)b, (address)c, (address)e,
              (address)preference, most);
}

int cublasLtMatmul(uint64_t h, uint64_t d, const float* alpha, const void* a, uint64_t layoutA,
                   const void* b, uint64_t layoutB, const float* beta, const void* c, uint64_t layoutC,
                   void* e, uint64_t layoutD, const uint64_t* algorithm, void* workspace, size_t bytes,
                   void* stream) {
  return note("matmul %llx descriptor %llx alpha %g a %p %llx b %p %llx beta %g c %p %llx d %p %llx "
              "algorithm %llx workspace %p %zu stream %p",
              (address)h, (address)d, *alpha, a, (address)layoutA, b, (address)layoutB, *beta, c,
              (address)layoutC, e, (address)layoutD, (address)algorithm[7], workspace, bytes, stream);
}
