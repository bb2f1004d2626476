// libcublasLt: which algorithms there are for a product, and the product.
#include "cublaslt.hpp"

using namespace quern;

namespace {

constexpr size_t kSplitWorkspace = 1 << 20;
constexpr uint32_t kMagic = 0x5175726e;

// cublasLtMatmulAlgo_t: 64 bytes that only the library reads.
struct Algorithm {
  uint32_t magic, number;
  uint64_t workspace;
  uint32_t alignments[4];  // of A, B, C, D
  uint64_t m, n, k;
  uint32_t epilogue, reserved;
};
static_assert(sizeof(Algorithm) == 64);

// cublasLtMatmulHeuristicResult_t
struct Result {
  Algorithm algorithm;
  size_t workspace;
  int state;
  float waves;
  int reserved[4];
};
static_assert(sizeof(Result) == 96);

struct Matrix {
  int64_t rows, columns, lead, stride;
  bool row_major;
  int64_t row() const { return row_major ? lead : 1; }
  int64_t column() const { return row_major ? 1 : lead; }
  size_t bytes() const { return extent(rows, columns, row(), column()); }
};

// A product as it is described now: descriptors may change afterwards.
struct Problem {
  Matrix a, b, c, d;
  int64_t m, n, k;
  int op_a, op_b, count, epilogue;
  bool tf32, device_scalars;
  float *bias;
  int64_t bias_stride;
  unsigned char *mask;
  int64_t mask_lead, mask_stride;  // in bits
};

bool has_bias(int epilogue) {
  return epilogue < EPILOGUE_BGRADA && (epilogue & EPILOGUE_BIAS);
}
bool has_bias_gradient(int epilogue) {
  return epilogue == EPILOGUE_BGRADA || epilogue == EPILOGUE_BGRADB ||
         (epilogue & EPILOGUE_BGRAD_BIT);
}
bool is_supported(int epilogue) {
  switch (epilogue) {
    case EPILOGUE_DEFAULT:
    case EPILOGUE_RELU:
    case EPILOGUE_RELU | EPILOGUE_AUX_BIT:
    case EPILOGUE_BIAS:
    case EPILOGUE_BIAS | EPILOGUE_RELU:
    case EPILOGUE_BIAS | EPILOGUE_RELU | EPILOGUE_AUX_BIT:
    case EPILOGUE_DRELU:
    case EPILOGUE_DRELU | EPILOGUE_BGRAD_BIT:
    case EPILOGUE_BGRADA:
    case EPILOGUE_BGRADB: return true;
    default: return false;
  }
}

Matrix matrix(const Attributes &layout) {
  return {layout[LAYOUT_ROWS], layout[LAYOUT_COLS], layout[LAYOUT_LD], layout[LAYOUT_STRIDE],
      layout[LAYOUT_ORDER] == ORDER_ROW};
}

cublasStatus_t read(void *desc, void *const layouts[4], Problem &p) {
  const auto descriptor = lt_object(Kind::descriptor, desc);
  std::shared_ptr<Attributes> all[4];
  for (int i = 0; i < 4; i++) {
    all[i] = lt_object(Kind::layout, layouts[i]);
    if (!descriptor || !all[i]) {
      return CUBLAS_STATUS_INVALID_VALUE;
    }
  }
  const Attributes &d = *descriptor;
  p.a = matrix(*all[0]);
  p.b = matrix(*all[1]);
  p.c = matrix(*all[2]);
  p.d = matrix(*all[3]);
  p.op_a = int(d[DESC_TRANSA]);
  p.op_b = int(d[DESC_TRANSB]);
  p.m = p.d.rows;
  p.n = p.d.columns;
  p.k = p.op_a == CUBLAS_OP_N ? p.a.columns : p.a.rows;
  p.count = int((*all[3])[LAYOUT_BATCH_COUNT]);
  p.epilogue = int(d[DESC_EPILOGUE]);
  p.tf32 = d[DESC_COMPUTE_TYPE] == CUBLAS_COMPUTE_32F_FAST_TF32;
  p.device_scalars = d[DESC_POINTER_MODE];
  p.bias = reinterpret_cast<float *>(d[DESC_BIAS_POINTER]);
  p.bias_stride = d[DESC_BIAS_BATCH_STRIDE];
  p.mask = reinterpret_cast<unsigned char *>(d[DESC_AUX_POINTER]);
  p.mask_lead = d[DESC_AUX_LD];
  p.mask_stride = d[DESC_AUX_BATCH_STRIDE];

  const bool fits = (p.op_a == CUBLAS_OP_N ? p.a.rows : p.a.columns) == p.m &&
                    (p.op_b == CUBLAS_OP_N ? p.b.rows : p.b.columns) == p.k &&
                    (p.op_b == CUBLAS_OP_N ? p.b.columns : p.b.rows) == p.n && p.c.rows == p.m &&
                    p.c.columns == p.n;
  if (!fits || !p.m || !p.n || !p.k) {
    return CUBLAS_STATUS_INVALID_VALUE;
  }
  for (int i = 0; i < 4; i++) {
    const Matrix x = matrix(*all[i]);
    if (x.lead < (x.row_major ? x.columns : x.rows) || (*all[i])[LAYOUT_BATCH_COUNT] != p.count) {
      return CUBLAS_STATUS_INVALID_VALUE;
    }
    if ((*all[i])[LAYOUT_TYPE] != CUDA_R_32F) {
      return CUBLAS_STATUS_NOT_SUPPORTED;
    }
  }
  const bool masked = p.epilogue & EPILOGUE_AUX_BIT;
  if (!computes_float(int(d[DESC_COMPUTE_TYPE])) || d[DESC_SCALE_TYPE] != CUDA_R_32F ||
      d[DESC_TRANSC] || d[DESC_FILL_MODE] ||
      (d[DESC_BIAS_DATA_TYPE] != -1 && d[DESC_BIAS_DATA_TYPE] != CUDA_R_32F) ||
      !is_supported(p.epilogue) || p.c.row_major != p.d.row_major ||
      // As the real one is choosy: what comes after the product wants columns, and gradients no
      // batches.
      (p.epilogue != EPILOGUE_DEFAULT && p.d.row_major) ||
      (has_bias_gradient(p.epilogue) && p.count > 1)) {
    return CUBLAS_STATUS_NOT_SUPPORTED;
  }
  return masked && (p.mask_lead % 128 || p.mask_lead < p.m) ? CUBLAS_STATUS_INVALID_VALUE
                                                            : CUBLAS_STATUS_SUCCESS;
}

// False where memory is missing that the product would touch.
bool reachable_all(
    const Problem &p, const float *a, const float *b, const float *c, const float *d, int64_t i) {
  const int64_t biases = p.epilogue == EPILOGUE_BGRADB ? p.n : p.m;
  const bool biased = has_bias(p.epilogue) || has_bias_gradient(p.epilogue);
  return reachable("cublasLt: A", a, p.a.bytes()) && reachable("cublasLt: B", b, p.b.bytes()) &&
         (!c || reachable("cublasLt: C", c, p.c.bytes())) &&
         reachable("cublasLt: D", d, p.d.bytes()) &&
         (!biased || reachable("cublasLt: bias", p.bias + i * p.bias_stride,
                         size_t(biases) * sizeof(float))) &&
         (!(p.epilogue & EPILOGUE_AUX_BIT) ||
             reachable("cublasLt: mask", p.mask + i * p.mask_stride / 8,
                 size_t(p.mask_lead * (p.n - 1) + p.m + 7) / 8));
}

// The sums over k of op(A) or op(B).
void sum_operand(const Strided &x, bool rows, float *out) {
  const int64_t count = rows ? x.rows : x.columns, length = rows ? x.columns : x.rows;
  for (int64_t i = 0; i < count; i++) {
    double sum = 0;
    for (int64_t l = 0; l < length; l++) {
      sum += x.data[rows ? i * x.row + l * x.column : l * x.row + i * x.column];
    }
    out[i] = float(sum);
  }
}

// c is null where beta is 0.
void multiply(const Problem &p, float alpha, float beta, const float *a, const float *b,
    const float *c, float *d, int64_t i) {
  const Strided left = operand(a, p.op_a, p.a.row_major, p.m, p.k, p.a.lead);
  const Strided right = operand(b, p.op_b, p.b.row_major, p.k, p.n, p.b.lead);
  std::vector<double> sums(size_t(p.m * p.n));
  add_product(left, right, p.tf32, sums);
  float *bias = p.bias + i * p.bias_stride;
  unsigned char *mask = p.mask + i * p.mask_stride / 8;
  if (p.epilogue == EPILOGUE_BGRADA || p.epilogue == EPILOGUE_BGRADB) {
    sum_operand(p.epilogue == EPILOGUE_BGRADA ? left : right, p.epilogue == EPILOGUE_BGRADA, bias);
  }
  for (int64_t row = 0; row < p.m; row++) {
    double gradient = 0;
    for (int64_t column = 0; column < p.n; column++) {
      double value = double(alpha) * sums[size_t(row * p.n + column)];
      value += c ? double(beta) * c[row * p.c.row() + column * p.c.column()] : 0;
      value += has_bias(p.epilogue) ? bias[row] : 0;
      const int64_t bit = column * p.mask_lead + row;
      if (p.epilogue < EPILOGUE_BGRADA && (p.epilogue & EPILOGUE_RELU)) {
        const bool passes = !(value <= 0);
        if (p.epilogue & EPILOGUE_AUX_BIT) {
          mask[bit / 8] =
              static_cast<unsigned char>((mask[bit / 8] & ~(1 << bit % 8)) | passes << bit % 8);
        }
        value = passes ? value : 0;
      } else if (p.epilogue & EPILOGUE_DRELU_BIT) {
        value = mask[bit / 8] >> bit % 8 & 1 ? value : 0;
      }
      gradient += value;
      d[row * p.d.row() + column * p.d.column()] = float(value);
    }
    if (p.epilogue & EPILOGUE_BGRAD_BIT) {
      bias[row] = float(gradient);
    }
  }
}

CUresult run(
    const Problem &p, const Scalar &alpha, const Scalar &beta, const float *const data[4]) {
  float x, y;
  if (!alpha.get(x) || !beta.get(y)) {
    return CUDA_ERROR_ILLEGAL_ADDRESS;
  }
  for (int64_t i = 0; i < p.count; i++) {
    const float *a = data[0] + i * p.a.stride, *b = data[1] + i * p.b.stride;
    const float *c = y == 0 ? nullptr : data[2] + i * p.c.stride, *d = data[3] + i * p.d.stride;
    if (!reachable_all(p, a, b, c, d, i)) {
      return CUDA_ERROR_ILLEGAL_ADDRESS;
    }
    multiply(p, x, y, a, b, c, const_cast<float *>(d), i);
  }
  return CUDA_SUCCESS;
}

// Whether the caller may use this algorithm for these addresses.
bool fits(const Algorithm &algorithm, const Problem &p, const void *const addresses[4],
    const void *workspace, size_t bytes) {
  if (algorithm.magic != kMagic || int64_t(algorithm.m) != p.m || int64_t(algorithm.n) != p.n ||
      int64_t(algorithm.k) != p.k || int(algorithm.epilogue) != p.epilogue) {
    note("cublasLt: the algorithm was chosen for another product");
    return false;
  }
  for (int i = 0; i < 4; i++) {
    if (reinterpret_cast<uintptr_t>(addresses[i]) % algorithm.alignments[i]) {
      note(format("cublasLt: %c at %p is not aligned to %u bytes, as was preferred", "ABCD"[i],
          addresses[i], algorithm.alignments[i]));
      return false;
    }
  }
  if (bytes < algorithm.workspace ||
      (algorithm.workspace && (!workspace || reinterpret_cast<uintptr_t>(workspace) % 256))) {
    note(format("cublasLt: a workspace of %zu bytes at %p, but %zu are needed, aligned to 256",
        bytes, workspace, size_t(algorithm.workspace)));
    return false;
  }
  return true;
}

}  // namespace

extern "C" {

cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t lightHandle, void *operationDesc,
    void *Adesc, void *Bdesc, void *Cdesc, void *Ddesc, void *preference, int requestedAlgoCount,
    Result *heuristicResultsArray, int *returnAlgoCount) {
  return CALL(lightHandle, operationDesc, Adesc, Bdesc, Cdesc, Ddesc, preference,
      requestedAlgoCount, at(returnAlgoCount))
      .run([&] {
        if (!lt_handles().find(lightHandle)) {
          return CUBLAS_STATUS_NOT_INITIALIZED;
        }
        const auto preferred = lt_object(Kind::preference, preference);
        if (!preferred || !heuristicResultsArray || !returnAlgoCount || requestedAlgoCount <= 0) {
          return CUBLAS_STATUS_INVALID_VALUE;
        }
        *returnAlgoCount = 0;
        Problem p;
        void *const layouts[] = {Adesc, Bdesc, Cdesc, Ddesc};
        if (const cublasStatus_t status = read(operationDesc, layouts, p)) {
          return status;
        }
        for (const uint64_t workspace : {uint64_t(kSplitWorkspace), uint64_t(0)}) {
          if (workspace > uint64_t((*preferred)[PREF_MAX_WORKSPACE_BYTES]) ||
              *returnAlgoCount == requestedAlgoCount) {
            continue;
          }
          Algorithm algorithm = {kMagic, workspace ? 1u : 0u, workspace, {}, uint64_t(p.m),
              uint64_t(p.n), uint64_t(p.k), uint32_t(p.epilogue), 0};
          for (int i = 0; i < 4; i++) {
            algorithm.alignments[i] =
                uint32_t(std::max<int64_t>(4, (*preferred)[PREF_MIN_ALIGNMENT_A + i]));
          }
          heuristicResultsArray[(*returnAlgoCount)++] = {
              algorithm, workspace, CUBLAS_STATUS_SUCCESS, 1, {}};
        }
        return *returnAlgoCount ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_NOT_SUPPORTED;
      });
}

cublasStatus_t cublasLtMatmul(cublasLtHandle_t lightHandle, void *computeDesc, const void *alpha,
    const void *A, void *Adesc, const void *B, void *Bdesc, const void *beta, const void *C,
    void *Cdesc, void *D, void *Ddesc, const Algorithm *algo, void *workspace,
    size_t workspaceSizeInBytes, CUstream stream) {
  return CALL(lightHandle, computeDesc, number(alpha), A, Adesc, B, Bdesc, number(beta), C, Cdesc,
      D, Ddesc, algo, workspace, workspaceSizeInBytes, stream)
      .run([&] {
        if (!lt_handles().find(lightHandle)) {
          return CUBLAS_STATUS_NOT_INITIALIZED;
        }
        if (!alpha || !beta || !A || !B || !D) {
          return CUBLAS_STATUS_INVALID_VALUE;
        }
        Problem p;
        void *const layouts[] = {Adesc, Bdesc, Cdesc, Ddesc};
        if (const cublasStatus_t status = read(computeDesc, layouts, p)) {
          return status;
        }
        const void *const addresses[] = {A, B, C, D};
        const bool biased = has_bias(p.epilogue) || has_bias_gradient(p.epilogue);
        if ((algo && !fits(*algo, p, addresses, workspace, workspaceSizeInBytes)) ||
            (biased && !p.bias) || ((p.epilogue & EPILOGUE_AUX_BIT) && !p.mask)) {
          return CUBLAS_STATUS_INVALID_VALUE;
        }
        const Scalar x(alpha, p.device_scalars), y(beta, p.device_scalars);
        if (!C && (y.on_device || y.value != 0)) {
          return CUBLAS_STATUS_INVALID_VALUE;
        }
        const size_t needed = algo ? algo->workspace : 0;
        const CUresult status =
            enqueue(stream, CU_GRAPH_NODE_TYPE_KERNEL, "matmul", [=]() -> CUresult {
              const float *const data[] = {static_cast<const float *>(A),
                  static_cast<const float *>(B), static_cast<const float *>(C),
                  static_cast<const float *>(D)};
              if (needed && !reachable("cublasLt: workspace", workspace, needed)) {
                return CUDA_ERROR_ILLEGAL_ADDRESS;
              }
              return run(p, x, y, data);
            });
        return status ? CUBLAS_STATUS_EXECUTION_FAILED : CUBLAS_STATUS_SUCCESS;
      });
}

}  // extern "C"
