// libcublas: handles and products of matrices.
#include "cublas.hpp"

using namespace quern;

typedef struct cublasContext *cublasHandle_t;

namespace {

struct Blas {
  CUstream stream = nullptr;
  void *workspace = nullptr;
  size_t workspace_bytes = 0;
  int math_mode = 0, pointer_mode = 0, atomics_mode = 0;
  bool noted = false;
};

enum { TENSOR_OP_MATH = 1, TF32_TENSOR_OP_MATH = 3 };

Objects<cublasHandle_t, Blas> &handles() {
  static auto &all = *new Objects<cublasHandle_t, Blas>(0xb1);
  return all;
}

struct Operand {
  const void *data;
  int type, lead;
  long long stride;
};

struct Product {
  int op_a, op_b;
  int64_t m, n, k;
  const void *alpha, *beta;
  Operand a, b, c;
  int count, compute;
};

cublasStatus_t check(const Product &p) {
  if (!is_operation(p.op_a) || !is_operation(p.op_b) || p.m < 0 || p.n < 0 || p.k < 0 ||
      p.count < 0) {
    return CUBLAS_STATUS_INVALID_VALUE;
  }
  const int64_t lead_a = p.op_a == CUBLAS_OP_N ? p.m : p.k,
                lead_b = p.op_b == CUBLAS_OP_N ? p.k : p.n;
  if (p.a.lead < std::max<int64_t>(1, lead_a) || p.b.lead < std::max<int64_t>(1, lead_b) ||
      p.c.lead < std::max<int64_t>(1, p.m)) {
    return CUBLAS_STATUS_INVALID_VALUE;
  }
  if (!p.alpha || !p.beta) {
    return CUBLAS_STATUS_INVALID_VALUE;
  }
  if (p.a.type != CUDA_R_32F || p.b.type != CUDA_R_32F || p.c.type != CUDA_R_32F ||
      !computes_float(p.compute)) {
    return CUBLAS_STATUS_NOT_SUPPORTED;
  }
  if (p.m && p.n && p.count && (!p.c.data || (p.k && (!p.a.data || !p.b.data)))) {
    return CUBLAS_STATUS_INVALID_VALUE;
  }
  return CUBLAS_STATUS_SUCCESS;
}

// One of the batch; the memory has been checked.
void multiply(const Product &p, float alpha, float beta, const float *a, const float *b, float *c,
    bool tf32) {
  std::vector<double> sums(size_t(p.m * p.n));
  if (p.k && alpha != 0) {
    // Transposed, so that the columns of C, which lie together, are rows of the sums.
    const Strided left =
        operand(b, p.op_b == CUBLAS_OP_N ? CUBLAS_OP_T : CUBLAS_OP_N, false, p.n, p.k, p.b.lead);
    const Strided right =
        operand(a, p.op_a == CUBLAS_OP_N ? CUBLAS_OP_T : CUBLAS_OP_N, false, p.k, p.m, p.a.lead);
    add_product(left, right, tf32, sums);
  }
  for (int64_t j = 0; j < p.n; j++) {
    for (int64_t i = 0; i < p.m; i++) {
      float &out = c[j * p.c.lead + i];
      const double product = double(alpha) * sums[size_t(j * p.m + i)];
      out = float(beta == 0 ? product : product + double(beta) * out);
    }
  }
}

CUresult run(const Product &p, const Scalar &alpha, const Scalar &beta, bool tf32) {
  float a, b;
  if (!alpha.get(a) || !beta.get(b)) {
    return CUDA_ERROR_ILLEGAL_ADDRESS;
  }
  const auto matrix = [&](const Operand &x, int i) {
    return static_cast<const float *>(x.data) + x.stride * i;
  };
  const bool n_a = p.op_a == CUBLAS_OP_N, n_b = p.op_b == CUBLAS_OP_N;
  for (int i = 0; i < p.count && p.m && p.n; i++) {
    if ((p.k && a != 0 &&
            (!reachable("cublas: A", matrix(p.a, i),
                 extent(n_a ? p.m : p.k, n_a ? p.k : p.m, 1, p.a.lead)) ||
                !reachable("cublas: B", matrix(p.b, i),
                    extent(n_b ? p.k : p.n, n_b ? p.n : p.k, 1, p.b.lead)))) ||
        !reachable("cublas: C", matrix(p.c, i), extent(p.m, p.n, 1, p.c.lead))) {
      return CUDA_ERROR_ILLEGAL_ADDRESS;
    }
    multiply(p, a, b, matrix(p.a, i), matrix(p.b, i), const_cast<float *>(matrix(p.c, i)), tf32);
  }
  return CUDA_SUCCESS;
}

cublasStatus_t gemm(cublasHandle_t handle, const Product &p) {
  const auto blas = handles().find(handle);
  if (!blas) {
    return CUBLAS_STATUS_NOT_INITIALIZED;
  }
  if (const cublasStatus_t status = check(p)) {
    return status;
  }
  if (!p.m || !p.n || !p.count) {
    return CUBLAS_STATUS_SUCCESS;
  }
  if (is_capturing(blas->stream) && !blas->workspace && !blas->noted) {
    blas->noted = true;
    note(
        "cublas: captured without cublasSetWorkspace, which cublasSetStream takes back: the "
        "library's own "
        "workspace may be allocated, or shared with other streams");
  }
  const bool tf32 = p.compute == CUBLAS_COMPUTE_32F_FAST_TF32 ||
                    (p.compute == CUBLAS_COMPUTE_32F && (blas->math_mode & 15) % 2 == 1);
  const Scalar alpha(p.alpha, blas->pointer_mode), beta(p.beta, blas->pointer_mode);
  const void *workspace = blas->workspace;
  const size_t bytes = blas->workspace_bytes;
  const CUresult status =
      enqueue(blas->stream, CU_GRAPH_NODE_TYPE_KERNEL, "gemm", [=]() -> CUresult {
        if (workspace && !reachable("cublas: workspace", workspace, bytes)) {
          return CUDA_ERROR_ILLEGAL_ADDRESS;
        }
        return run(p, alpha, beta, tf32);
      });
  return status ? CUBLAS_STATUS_EXECUTION_FAILED : CUBLAS_STATUS_SUCCESS;
}

// Of handles, reads or sets one of their modes.
template <class T, class Value>
cublasStatus_t set(cublasHandle_t handle, T Blas::*mode, Value value, bool valid) {
  const auto blas = handles().find(handle);
  if (!blas) {
    return CUBLAS_STATUS_NOT_INITIALIZED;
  }
  if (!valid) {
    return CUBLAS_STATUS_INVALID_VALUE;
  }
  (*blas).*mode = value;
  return CUBLAS_STATUS_SUCCESS;
}

template <class T>
cublasStatus_t get(cublasHandle_t handle, T Blas::*mode, T *value) {
  const auto blas = handles().find(handle);
  if (!blas) {
    return CUBLAS_STATUS_NOT_INITIALIZED;
  }
  if (!value) {
    return CUBLAS_STATUS_INVALID_VALUE;
  }
  *value = (*blas).*mode;
  return CUBLAS_STATUS_SUCCESS;
}

}  // namespace

extern "C" {

cublasStatus_t cublasCreate_v2(cublasHandle_t *handle) {
  return CALL(at(handle)).run([&] {
    if (!handle) {
      return CUBLAS_STATUS_INVALID_VALUE;
    }
    if (unordered_state(false)) {
      return CUBLAS_STATUS_NOT_INITIALIZED;
    }
    *handle = handles().add(std::make_shared<Blas>());
    return CUBLAS_STATUS_SUCCESS;
  });
}

// Waits for the device.
cublasStatus_t cublasDestroy_v2(cublasHandle_t handle) {
  return CALL(handle).run([&] {
    if (!handles().remove(handle)) {
      return CUBLAS_STATUS_NOT_INITIALIZED;
    }
    return unordered_state(true) ? CUBLAS_STATUS_EXECUTION_FAILED : CUBLAS_STATUS_SUCCESS;
  });
}

// Takes the workspace back, as the real one does.
cublasStatus_t cublasSetStream_v2(cublasHandle_t handle, CUstream streamId) {
  return CALL(handle, streamId).run([&] {
    const auto blas = handles().find(handle);
    if (!blas) {
      return CUBLAS_STATUS_NOT_INITIALIZED;
    }
    if (!is_stream(streamId)) {
      return CUBLAS_STATUS_INVALID_VALUE;
    }
    blas->stream = streamId;
    blas->workspace = nullptr;
    blas->workspace_bytes = 0;
    return CUBLAS_STATUS_SUCCESS;
  });
}

cublasStatus_t cublasGetStream_v2(cublasHandle_t handle, CUstream *streamId) {
  return CALL(handle, at(streamId)).run([&] { return get(handle, &Blas::stream, streamId); });
}

cublasStatus_t cublasSetWorkspace_v2(
    cublasHandle_t handle, void *workspace, size_t workspaceSizeInBytes) {
  return CALL(handle, workspace, workspaceSizeInBytes).run([&] {
    const auto blas = handles().find(handle);
    if (!blas) {
      return CUBLAS_STATUS_NOT_INITIALIZED;
    }
    if (reinterpret_cast<uintptr_t>(workspace) % 256 || (!workspace && workspaceSizeInBytes) ||
        (workspace && !reachable("cublas: workspace", workspace, workspaceSizeInBytes))) {
      return CUBLAS_STATUS_INVALID_VALUE;
    }
    blas->workspace = workspace;
    blas->workspace_bytes = workspaceSizeInBytes;
    return CUBLAS_STATUS_SUCCESS;
  });
}

cublasStatus_t cublasSetMathMode(cublasHandle_t handle, int mode) {
  return CALL(handle, mode).run([&] {
    return set(handle, &Blas::math_mode, mode, mode >= 0 && (mode & ~16) <= 3);
  });
}

cublasStatus_t cublasGetMathMode(cublasHandle_t handle, int *mode) {
  return CALL(handle, at(mode)).run([&] { return get(handle, &Blas::math_mode, mode); });
}

cublasStatus_t cublasSetPointerMode_v2(cublasHandle_t handle, int mode) {
  return CALL(handle, mode).run([&] {
    return set(handle, &Blas::pointer_mode, mode, mode == 0 || mode == 1);
  });
}

cublasStatus_t cublasGetPointerMode_v2(cublasHandle_t handle, int *mode) {
  return CALL(handle, at(mode)).run([&] { return get(handle, &Blas::pointer_mode, mode); });
}

cublasStatus_t cublasSetAtomicsMode(cublasHandle_t handle, int mode) {
  return CALL(handle, mode).run([&] {
    return set(handle, &Blas::atomics_mode, mode, mode == 0 || mode == 1);
  });
}

cublasStatus_t cublasGetVersion_v2(cublasHandle_t handle, int *version) {
  return CALL(handle, at(version)).run([&] {
    if (!version) {
      return CUBLAS_STATUS_INVALID_VALUE;
    }
    *version = blas_version(0) * 10000 + blas_version(1) * 100 + blas_version(2);
    return CUBLAS_STATUS_SUCCESS;
  });
}

cublasStatus_t cublasGetProperty(int type, int *value) {
  return CALL(type, at(value)).run([&] {
    if (!value || blas_version(type) < 0) {
      return CUBLAS_STATUS_INVALID_VALUE;
    }
    *value = blas_version(type);
    return CUBLAS_STATUS_SUCCESS;
  });
}

size_t cublasGetCudartVersion() {
  return CUDA_MAJOR == 12 ? 12060 : 13000;
}

const char *cublasGetStatusName(cublasStatus_t status) {
  return blas_status_name(status);
}

const char *cublasGetStatusString(cublasStatus_t status) {
  return blas_status_text(status);
}

cublasStatus_t cublasSgemm_v2(cublasHandle_t handle, int transa, int transb, int m, int n, int k,
    const float *alpha, const float *A, int lda, const float *B, int ldb, const float *beta,
    float *C, int ldc) {
  return CALL(handle, transa, transb, m, n, k, at(alpha), A, lda, B, ldb, at(beta), C, ldc)
      .run([&] {
        return gemm(handle, {transa, transb, m, n, k, alpha, beta, {A, 0, lda, 0}, {B, 0, ldb, 0},
                                {C, 0, ldc, 0}, 1, CUBLAS_COMPUTE_32F});
      });
}

cublasStatus_t cublasGemmEx(cublasHandle_t handle, int transa, int transb, int m, int n, int k,
    const void *alpha, const void *A, int Atype, int lda, const void *B, int Btype, int ldb,
    const void *beta, void *C, int Ctype, int ldc, int computeType, int algo) {
  return CALL(handle, transa, transb, m, n, k, number(alpha), A, Atype, lda, B, Btype, ldb,
      number(beta), C, Ctype, ldc, computeType, algo)
      .run([&] {
        return gemm(handle, {transa, transb, m, n, k, alpha, beta, {A, Atype, lda, 0},
                                {B, Btype, ldb, 0}, {C, Ctype, ldc, 0}, 1, computeType});
      });
}

cublasStatus_t cublasGemmStridedBatchedEx(cublasHandle_t handle, int transa, int transb, int m,
    int n, int k, const void *alpha, const void *A, int Atype, int lda, long long strideA,
    const void *B, int Btype, int ldb, long long strideB, const void *beta, void *C, int Ctype,
    int ldc, long long strideC, int batchCount, int computeType, int algo) {
  return CALL(handle, transa, transb, m, n, k, number(alpha), A, Atype, lda, strideA, B, Btype, ldb,
      strideB, number(beta), C, Ctype, ldc, strideC, batchCount, computeType, algo)
      .run([&] {
        // Matrices of C that overlap would be a race.
        if (batchCount > 1 && m > 0 && n > 0 && strideC < (long long)(n - 1) * ldc + m) {
          return CUBLAS_STATUS_INVALID_VALUE;
        }
        return gemm(handle,
            {transa, transb, m, n, k, alpha, beta, {A, Atype, lda, strideA},
                {B, Btype, ldb, strideB}, {C, Ctype, ldc, strideC}, batchCount, computeType});
      });
}

}  // extern "C"
