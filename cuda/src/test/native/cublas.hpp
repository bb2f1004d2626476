// What cuBLAS and cuBLASLt have in common: statuses, types, and the check of a matrix.
#pragma once
#include <algorithm>

#include "calls.hpp"
#include "handles.hpp"
#include "products.hpp"
#include "work.hpp"

typedef enum {
  CUBLAS_STATUS_SUCCESS = 0,
  CUBLAS_STATUS_NOT_INITIALIZED = 1,
  CUBLAS_STATUS_ALLOC_FAILED = 3,
  CUBLAS_STATUS_INVALID_VALUE = 7,
  CUBLAS_STATUS_ARCH_MISMATCH = 8,
  CUBLAS_STATUS_MAPPING_ERROR = 11,
  CUBLAS_STATUS_EXECUTION_FAILED = 13,
  CUBLAS_STATUS_INTERNAL_ERROR = 14,
  CUBLAS_STATUS_NOT_SUPPORTED = 15,
  CUBLAS_STATUS_LICENSE_ERROR = 16
} cublasStatus_t;

namespace quern {

enum { CUDA_R_32F = 0 };
enum { CUBLAS_OP_N = 0, CUBLAS_OP_T = 1, CUBLAS_OP_C = 2 };
enum {
  CUBLAS_COMPUTE_32F = 68,
  CUBLAS_COMPUTE_32F_PEDANTIC = 69,
  CUBLAS_COMPUTE_32F_FAST_TF32 = 77
};

inline bool is_operation(int op) {
  return op >= CUBLAS_OP_N && op <= CUBLAS_OP_C;
}
inline bool computes_float(int type) {
  return type == CUBLAS_COMPUTE_32F || type == CUBLAS_COMPUTE_32F_PEDANTIC ||
         type == CUBLAS_COMPUTE_32F_FAST_TF32;
}

const char *blas_status_name(int status);
const char *blas_status_text(int status);
// cublasGetProperty's 0, 1, 2: major, minor, patch; -1 for others.
int blas_version(int property);

// op(X) of a matrix in memory that is column-major, or row-major.
inline Strided operand(
    const float *data, int op, bool row_major, int64_t rows, int64_t columns, int64_t lead) {
  // rows and columns are op(X)'s.
  const bool across = (op != CUBLAS_OP_N) != row_major;
  return {data, rows, columns, across ? lead : 1, across ? 1 : lead};
}

// Bytes from a matrix' first element to behind its last one.
inline size_t extent(int64_t rows, int64_t columns, int64_t row, int64_t column) {
  return rows && columns ? size_t((rows - 1) * row + (columns - 1) * column + 1) * sizeof(float)
                         : 0;
}

// Of a log: the float that this points to.
inline Pointee<const float> number(const void *pointer) {
  return {static_cast<const float *>(pointer)};
}

// A scalar of the host is read when it is given, one of the device when it is used.
struct Scalar {
  const float *pointer;
  bool on_device;
  float value;
  Scalar(const void *p, bool device)
      : pointer(static_cast<const float *>(p)), on_device(device), value(device ? 0 : *pointer) {}
  // False where it cannot be read.
  bool get(float &out) const {
    if (on_device && !reachable("scalar", pointer, sizeof(float))) {
      return false;
    }
    out = on_device ? *pointer : value;
    return true;
  }
};

}  // namespace quern
