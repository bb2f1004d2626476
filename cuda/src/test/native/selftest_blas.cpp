// cuBLAS and cuBLASLt against loops.
#include <cmath>
#include <limits>

#include "selftest.hpp"

typedef struct cublasContext *cublasHandle_t;
typedef struct cublasLtContext *cublasLtHandle_t;
extern "C" {
int cublasCreate_v2(cublasHandle_t *);
int cublasDestroy_v2(cublasHandle_t);
int cublasSetStream_v2(cublasHandle_t, CUstream);
int cublasSetWorkspace_v2(cublasHandle_t, void *, size_t);
int cublasSetMathMode(cublasHandle_t, int);
int cublasSgemm_v2(cublasHandle_t, int, int, int, int, int, const float *, const float *, int,
    const float *, int, const float *, float *, int);
int cublasGemmEx(cublasHandle_t, int, int, int, int, int, const void *, const void *, int, int,
    const void *, int, int, const void *, void *, int, int, int, int);
int cublasGemmStridedBatchedEx(cublasHandle_t, int, int, int, int, int, const void *, const void *,
    int, int, long long, const void *, int, int, long long, const void *, void *, int, int,
    long long, int, int, int);
int cublasLtCreate(cublasLtHandle_t *);
int cublasLtDestroy(cublasLtHandle_t);
int cublasLtMatmulDescCreate(void **, int, int);
int cublasLtMatmulDescSetAttribute(void *, int, const void *, size_t);
int cublasLtMatmulDescDestroy(void *);
int cublasLtMatrixLayoutCreate(void **, int, uint64_t, uint64_t, int64_t);
int cublasLtMatrixLayoutSetAttribute(void *, int, const void *, size_t);
int cublasLtMatrixLayoutDestroy(void *);
int cublasLtMatmulPreferenceCreate(void **);
int cublasLtMatmulPreferenceSetAttribute(void *, int, const void *, size_t);
int cublasLtMatmulPreferenceDestroy(void *);
int cublasLtMatmulAlgoGetHeuristic(
    cublasLtHandle_t, void *, void *, void *, void *, void *, void *, int, void *, int *);
int cublasLtMatmul(cublasLtHandle_t, void *, const void *, const void *, void *, const void *,
    void *, const void *, const void *, void *, void *, void *, const void *, void *, size_t,
    CUstream);
}

namespace {

constexpr int m = 5, n = 7, k = 9, lead = 12;

float *floats(CUdeviceptr address) {
  return reinterpret_cast<float *>(address);
}

// Element (i, j) of op(x), column-major.
float element(const std::vector<float> &x, int op, int i, int j) {
  return x[size_t(op ? j + i * lead : i + j * lead)];
}

float product(
    const std::vector<float> &a, int op_a, const std::vector<float> &b, int op_b, int i, int j) {
  float sum = 0;
  for (int l = 0; l < k; l++) {
    sum += element(a, op_a, i, l) * element(b, op_b, l, j);
  }
  return sum;
}

void test_gemm() {
  Fresh fresh;
  cublasHandle_t handle;
  OK(cublasCreate_v2(&handle));
  OK(cublasSetStream_v2(handle, fresh.stream));
  IS(7, cublasSetStream_v2(handle, reinterpret_cast<CUstream>(1234)));
  CUdeviceptr workspace;
  OK(cuMemAlloc_v2(&workspace, 4096));
  OK(cublasSetWorkspace_v2(handle, floats(workspace), 4096));
  IS(7, cublasSetWorkspace_v2(handle, floats(workspace + 16), 1024));
  const std::vector<float> a = numbers(lead * lead, 1), b = numbers(lead * lead, 2);
  const std::vector<float> nans(lead * lead, std::numeric_limits<float>::quiet_NaN());
  const CUdeviceptr da = fresh.floats(a), db = fresh.floats(b);
  for (int ops = 0; ops < 4; ops++) {
    const int op_a = ops & 1, op_b = ops >> 1;
    const CUdeviceptr dc = fresh.floats(nans);
    float alpha = 2, beta = 0;
    const auto run = [&](int compute) {
      return cublasGemmEx(handle, op_a, op_b, m, n, k, &alpha, floats(da), 0, lead, floats(db), 0,
          lead, &beta, floats(dc), 0, lead, compute, -1);
    };
    OK(run(68));
    beta = 3;
    IS(1, replayed(fresh.stream, [&] { OK(run(68)); }));
    const std::vector<float> c = fresh.read(dc, nans.size());
    for (int j = 0; j < n; j++) {
      for (int i = 0; i < m; i++) {
        IS(8 * product(a, op_a, b, op_b, i, j), c[size_t(i + j * lead)]);
      }
      IS(true, std::isnan(c[size_t(m + j * lead)]));
    }
    IS(15, run(0));  // a cudaDataType where a compute type is due
  }
  const float one = 1, zero = 0;
  const CUdeviceptr dc = fresh.floats(nans);
  OK(cublasGemmStridedBatchedEx(handle, 0, 0, 2, 2, 2, &one, floats(da), 0, 2, 4, floats(db), 0, 2,
      0, &zero, floats(dc), 0, 2, 4, 3, 68, -1));
  const std::vector<float> c = fresh.read(dc, nans.size());
  for (size_t i = 0; i < 12; i++) {
    const size_t batch = i / 4 * 4, row = i % 2, column = i / 2 % 2;
    IS(a[batch + row] * b[2 * column] + a[batch + row + 2] * b[2 * column + 1], c[i]);
  }
  IS(true, std::isnan(c[12]));
  const auto sgemm = [&](int lda, const float *alpha) {
    return cublasSgemm_v2(
        handle, 0, 0, 4, 1, 1, alpha, floats(da), lda, floats(db), 1, &zero, floats(dc), 4);
  };
  IS(7, sgemm(3, &one));
  IS(7, sgemm(4, nullptr));
  // TF32 has 10 bits of mantissa.
  const CUdeviceptr fine = fresh.floats({1 + 1 / 2048.f + 1 / 8192.f}), unit = fresh.floats({1});
  for (const int mode : {0, 3}) {
    OK(cublasSetMathMode(handle, mode));
    OK(cublasSgemm_v2(
        handle, 0, 0, 1, 1, 1, &one, floats(fine), 1, floats(unit), 1, &zero, floats(dc), 1));
    IS(mode ? 1 + 1 / 1024.f : 1 + 1 / 2048.f + 1 / 8192.f, fresh.read(dc, 1)[0]);
  }
  OK(cublasDestroy_v2(handle));
  IS(1, sgemm(4, &one));
}

// A descriptor, layouts and a preference.
struct Described {
  Described(int op_a, int op_b, int epilogue, CUdeviceptr bias) {
    OK(cublasLtCreate(&handle));
    OK(cublasLtMatmulDescCreate(&descriptor, 68, 0));
    OK(cublasLtMatmulDescSetAttribute(descriptor, 3, &op_a, 4));
    OK(cublasLtMatmulDescSetAttribute(descriptor, 4, &op_b, 4));
    OK(cublasLtMatmulDescSetAttribute(descriptor, 7, &epilogue, 4));
    OK(cublasLtMatmulDescSetAttribute(descriptor, 8, &bias, 8));
    IS(7, cublasLtMatmulDescSetAttribute(descriptor, 7, &epilogue, 8));
    OK(cublasLtMatrixLayoutCreate(&a, 0, op_a ? k : m, op_a ? m : k, lead));
    OK(cublasLtMatrixLayoutCreate(&b, 0, op_b ? n : k, op_b ? k : n, lead));
    OK(cublasLtMatrixLayoutCreate(&d, 0, m, n, lead));
    OK(cublasLtMatmulPreferenceCreate(&preference));
    const uint64_t most = 0;
    OK(cublasLtMatmulPreferenceSetAttribute(preference, 1, &most, 8));
  }
  ~Described() {
    OK(cublasLtMatmulPreferenceDestroy(preference));
    OK(cublasLtMatrixLayoutDestroy(a));
    OK(cublasLtMatrixLayoutDestroy(b));
    OK(cublasLtMatrixLayoutDestroy(d));
    OK(cublasLtMatmulDescDestroy(descriptor));
    OK(cublasLtDestroy(handle));
  }
  int choose() {
    int count = 0;
    const int status = cublasLtMatmulAlgoGetHeuristic(
        handle, descriptor, a, b, d, d, preference, 1, result, &count);
    IS(status == 0, count);
    return status;
  }
  cublasLtHandle_t handle;
  void *descriptor, *a, *b, *d, *preference;
  alignas(8) char result[96];
};

void test_matmul() {
  Fresh fresh;
  const std::vector<float> a = numbers(lead * lead, 3), b = numbers(lead * lead, 4);
  const std::vector<float> bias = numbers(lead, 5);
  const CUdeviceptr da = fresh.floats(a), db = fresh.floats(b);
  for (const int epilogue : {1, 2, 4, 6, 256, 512}) {
    for (int ops = 0; ops < 4; ops++) {
      const int op_a = ops & 1, op_b = ops >> 1;
      const CUdeviceptr dd = fresh.floats(numbers(lead * lead, 6)), dbias = fresh.floats(bias);
      Described lt(op_a, op_b, epilogue, dbias);
      OK(lt.choose());
      const float one = 1, zero = 0;
      const auto run = [&](const CUdeviceptr into) {
        return cublasLtMatmul(lt.handle, lt.descriptor, &one, floats(da), lt.a, floats(db), lt.b,
            &zero, floats(into), lt.d, floats(into), lt.d, lt.result, nullptr, 0, fresh.stream);
      };
      IS(7, run(dd + 4));  // not aligned as was preferred
      IS(1, replayed(fresh.stream, [&] { OK(run(dd)); }));
      const std::vector<float> d = fresh.read(dd, lead * lead), sums = fresh.read(dbias, lead);
      for (int j = 0; j < n; j++) {
        float sum = 0;
        for (int l = 0; l < k; l++) {
          sum += element(b, op_b, l, j);
        }
        IS(epilogue == 512    ? sum
            : epilogue == 256 ? sums[size_t(j)]
                              : bias[size_t(j)],
            sums[size_t(j)]);
        for (int i = 0; i < m; i++) {
          float value = product(a, op_a, b, op_b, i, j);
          value += epilogue == 4 || epilogue == 6 ? bias[size_t(i)] : 0;
          IS((epilogue == 2 || epilogue == 6) && value < 0 ? 0 : value, d[size_t(i + j * lead)]);
        }
      }
      if (epilogue == 256) {
        for (int i = 0; i < m; i++) {
          float sum = 0;
          for (int l = 0; l < k; l++) {
            sum += element(a, op_a, i, l);
          }
          IS(sum, sums[size_t(i)]);
        }
        const int batch = 2;
        for (void *layout : {lt.a, lt.b, lt.d}) {
          OK(cublasLtMatrixLayoutSetAttribute(layout, 5, &batch, 4));
        }
        IS(15, lt.choose());
      }
    }
  }
}

// ReLU keeps a bit for each element, and its gradient reads them.
void test_mask() {
  Fresh fresh;
  const std::vector<float> a = numbers(lead * lead, 7), b = numbers(lead * lead, 8);
  const CUdeviceptr da = fresh.floats(a), db = fresh.floats(b), dd = fresh.floats(a);
  const CUdeviceptr sums = fresh.floats(numbers(lead, 1));
  CUdeviceptr mask;
  OK(cuMemAlloc_v2(&mask, 16 * n));
  const int64_t mask_lead = 128;
  const float one = 1, zero = 0;
  for (const int epilogue : {130, 152}) {
    Described lt(0, 0, epilogue, sums);
    OK(cublasLtMatmulDescSetAttribute(lt.descriptor, 11, &mask, 8));
    IS(7, lt.choose());
    OK(cublasLtMatmulDescSetAttribute(lt.descriptor, 12, &mask_lead, 8));
    OK(lt.choose());
    OK(cublasLtMatmul(lt.handle, lt.descriptor, &one, floats(da), lt.a, floats(db), lt.b, &zero,
        floats(dd), lt.d, floats(dd), lt.d, lt.result, nullptr, 0, fresh.stream));
    const std::vector<float> d = fresh.read(dd, lead * lead), bias = fresh.read(sums, m);
    for (int i = 0; i < m; i++) {
      float sum = 0;
      for (int j = 0; j < n; j++) {
        const float value = product(a, 0, b, 0, i, j);
        IS(value > 0 ? value : 0, d[size_t(i + j * lead)]);
        sum += value > 0 ? value : 0;
      }
      IS(epilogue == 152 ? sum : numbers(lead, 1)[size_t(i)], bias[size_t(i)]);
    }
  }
}

// What is run with memory that is not there is an error of the context.
void test_missing_memory() {
  Fresh fresh;
  cublasHandle_t handle;
  OK(cublasCreate_v2(&handle));
  OK(cublasSetStream_v2(handle, fresh.stream));
  const float one = 1, zero = 0;
  std::vector<float> host(16);
  const CUdeviceptr a = fresh.floats(host), short_one = fresh.floats({1, 2, 3});
  OK(cublasSgemm_v2(
      handle, 0, 0, 2, 2, 2, &one, floats(a), 2, floats(short_one), 2, &zero, floats(a), 2));
  IS(700, cuStreamSynchronize(fresh.stream));
  IS(13,
      cublasSgemm_v2(handle, 0, 0, 1, 1, 1, &one, floats(a), 1, floats(a), 1, &zero, floats(a), 1));
  IS(13, cublasDestroy_v2(handle));
}

}  // namespace

void test_blas() {
  test_gemm();
  test_matmul();
  test_mask();
  test_missing_memory();
}
