// Compilation and kernels.
#include <cmath>
#include <cstring>

#include "selftest.hpp"

typedef struct _nvrtcProgram *nvrtcProgram;
extern "C" {
int nvrtcCreateProgram(
    nvrtcProgram *, const char *, const char *, int, const char *const *, const char *const *);
int nvrtcCompileProgram(nvrtcProgram, int, const char *const *);
int nvrtcDestroyProgram(nvrtcProgram *);
int nvrtcGetCUBIN(nvrtcProgram, char *);
int nvrtcGetCUBINSize(nvrtcProgram, size_t *);
int nvrtcGetPTX(nvrtcProgram, char *);
int nvrtcGetPTXSize(nvrtcProgram, size_t *);
int nvrtcGetProgramLog(nvrtcProgram, char *);
int nvrtcGetProgramLogSize(nvrtcProgram, size_t *);
}

namespace {

const char *const kSource = R"(
extern "C" __global__ void axpy(
    float *__restrict__ y, const float *x, const long long start, const float a, const int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) {
    y[i] = fmaf(a, x[start + i], y[i]);
  }
}
extern "C" __global__ void __launch_bounds__(SIZE * 2) sums(float *y, const float *x, int n) {
  __shared__ float part[SIZE];
  const int t = threadIdx.x;
  float sum = 0;
  for (int i = t; i < n; i += SIZE) sum += x[blockIdx.x * n + i];
  part[t] = sum;
  __syncthreads();
  #pragma unroll
  for (int apart = SIZE / 2; apart > 0; apart /= 2) {
    if (t < apart) part[t] += part[t + apart];
    __syncthreads();
  }
  if (t == 0) y[blockIdx.x] = part[0];
}
extern "C" __global__ void warps(float *y, const float *x, int n) {
  extern __shared__ float part[];
  const int t = threadIdx.y * blockDim.x + threadIdx.x, count = blockDim.x * blockDim.y;
  if (t >= n) return; // whole warps
  float v = x[t];
  for (int apart = 16; apart > 0; apart /= 2) v += __shfl_xor_sync(0xffffffffu, v, apart);
  if (t % 32 == 0) part[t / 32] = v;
  __syncthreads();
  if (t == 0) {
    float sum = 0;
    for (int i = 0; i < n / 32; i++) sum += part[i];
    atomicAdd(y, sum);
    y[1] = __float_as_int(1.0f) == 0x3f800000 && __umulhi(1u << 31, 6) == 3 && min(2, 3) == 2 &&
        count == 96;
  }
}
extern "C" __global__ void lanes(float *y) {
  const int t = threadIdx.x;
  const unsigned all = 0xffffffffu;
  y[t] = __shfl_down_sync(all, t, 3);
  y[32 + t] = __shfl_up_sync(all, t, 3, 16);
  y[64 + t] = __shfl_sync(all, t, 5, 8);
  y[96 + t] = __popc(__ballot_sync(all, t % 3 == 0)) + 100 * __any_sync(all, t == 7) +
      1000 * __all_sync(all, t < 31);
}
extern "C" __global__ void stuck(float *y) {
  __shared__ int never;
  if (threadIdx.x < 16) __syncthreads(); else __shfl_sync(0xffffffffu, 1, 0);
  never = 1;
}
extern "C" __global__ void wild(float *y, int offset) { y[offset] = 1; }
)";

struct Compiled {
  Compiled(const char *source, std::vector<const char *> options) {
    OK(nvrtcCreateProgram(&program, source, "test.cu", 0, nullptr, nullptr));
    status = nvrtcCompileProgram(program, int(options.size()), options.data());
    size_t size = 0;
    OK(nvrtcGetProgramLogSize(program, &size));
    log.resize(size);
    OK(nvrtcGetProgramLog(program, &log[0]));
    if (status) {
      return;
    }
    OK(nvrtcGetCUBINSize(program, &size));
    cubin.resize(size);
    if (size) {
      OK(nvrtcGetCUBIN(program, &cubin[0]));
    }
    OK(nvrtcGetPTXSize(program, &size));
    ptx.resize(size);
    OK(nvrtcGetPTX(program, &ptx[0]));
  }
  ~Compiled() { OK(nvrtcDestroyProgram(&program)); }
  nvrtcProgram program;
  int status;
  std::string log, cubin, ptx;
};

void test_compiler() {
  Compiled wrong("extern \"C\" __global__ void f(float *x) {\n  x[0] = what;\n}\n",
      {"--gpu-architecture=sm_90"});
  IS(6, wrong.status);
  IS(true, wrong.log.find("test.cu(2): error:") != std::string::npos);
  Compiled option("", {"--gpu-architecture=sm_90", "--no-such-option"});
  IS(5, option.status);
  Compiled unknown("", {"-arch=sm_42"});
  IS(5, unknown.status);
  Compiled virtual_one("extern \"C\" __global__ void f(float *x) { x[0] = N; }",
      {"-arch=compute_90", "-DN=3", "-fmad=false"});
  IS(0, virtual_one.cubin.size());
  Fresh fresh;
  CUmodule module;
  CUfunction f;
  OK(cuModuleLoadData(&module, virtual_one.ptx.c_str()));
  OK(cuModuleGetFunction(&f, module, "f"));
  IS(500, cuModuleGetFunction(&f, module, "g"));
  IS(200, cuModuleLoadData(&module, "no image, but long enough"));
  Compiled old("", {"-arch=sm_80"});
  IS(209, cuModuleLoadData(&module, old.cubin.c_str()));
}

void test_launches(const Compiled &compiled) {
  Fresh fresh;
  CUmodule module;
  CUfunction axpy, sums, warps;
  OK(cuModuleLoadData(&module, compiled.cubin.data()));
  OK(cuModuleGetFunction(&axpy, module, "axpy"));
  OK(cuModuleGetFunction(&sums, module, "sums"));
  OK(cuModuleGetFunction(&warps, module, "warps"));
  std::vector<float> values(1200);
  for (size_t i = 0; i < values.size(); i++) {
    values[i] = float(i % 7);
  }
  CUdeviceptr x = fresh.floats(values), y = fresh.floats(values);
  long long start = 100;
  float a = 2;
  int n = 1000;
  void *arguments[] = {&y, &x, &start, &a, &n};
  const auto launch = [&] {
    return cuLaunchKernel(axpy, 8, 1, 1, 128, 1, 1, 0, fresh.stream, arguments, nullptr);
  };
  OK(launch());
  IS(1, replayed(fresh.stream, [&] {
    a = 3;
    OK(launch());
    a = 1000;  // too late: the graph has 3
  }));
  const std::vector<float> result = fresh.read(y, 1200);
  for (size_t i = 0; i < 1200; i++) {
    IS(i < 1000 ? values[i] + 5 * values[i + 100] : values[i], result[i]);
  }

  n = 300;
  void *others[] = {&y, &x, &n};
  OK(cuLaunchKernel(sums, 4, 1, 1, 64, 1, 1, 0, fresh.stream, others, nullptr));
  for (int row = 0; row < 4; row++) {
    float sum = 0;
    for (int i = 0; i < 300; i++) {
      sum += values[size_t(row * 300 + i)];
    }
    IS(sum, fresh.read(y, 4)[size_t(row)]);
  }
  int most = 0, shared = 0;
  OK(cuFuncGetAttribute(&most, CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK, sums));
  OK(cuFuncGetAttribute(&shared, CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES, sums));
  IS(128, most);
  IS(256, shared);
  IS(701, cuLaunchKernel(sums, 4, 1, 1, 129, 1, 1, 0, fresh.stream, others, nullptr));
  IS(1, cuLaunchKernel(sums, 0, 1, 1, 64, 1, 1, 0, fresh.stream, others, nullptr));
  IS(1, cuLaunchKernel(axpy, 1, 1, 1, 1025, 1, 1, 0, fresh.stream, arguments, nullptr));
  IS(1, cuLaunchKernel(axpy, 1, 65536, 1, 1, 1, 1, 0, fresh.stream, arguments, nullptr));
  IS(1, cuLaunchKernel(axpy, 1, 1, 1, 1, 1, 1, 49153, fresh.stream, arguments, nullptr));
  IS(400, cuLaunchKernel(nullptr, 1, 1, 1, 1, 1, 1, 0, fresh.stream, arguments, nullptr));

  n = 64;
  OK(cuMemsetD32Async(y, 0, 2, fresh.stream));
  OK(cuLaunchKernel(warps, 3, 1, 1, 8, 12, 1, 64, fresh.stream, others, nullptr));
  float sum = 0;
  for (int i = 0; i < 64; i++) {
    sum += values[size_t(i)];
  }
  IS(3 * sum, fresh.read(y, 2)[0]);
  IS(1, fresh.read(y, 2)[1]);

  CUfunction lanes;
  OK(cuModuleGetFunction(&lanes, module, "lanes"));
  OK(cuLaunchKernel(lanes, 1, 1, 1, 32, 1, 1, 0, fresh.stream, others, nullptr));
  const std::vector<float> exchanged = fresh.read(y, 128);
  for (size_t t = 0; t < 32; t++) {
    IS(t + 3 < 32 ? t + 3 : t, exchanged[t]);
    IS(t % 16 >= 3 ? t - 3 : t, exchanged[32 + t]);
    IS(t / 8 * 8 + 5, exchanged[64 + t]);
    IS(111, exchanged[96 + t]);
  }
  OK(cuModuleUnload(module));
  IS(400, launch());
}

// Runs one of the kernels so that it fails; afterwards all calls do.
void test_fault(const Compiled &compiled, const char *name, int status, long long beyond,
    const char *injected) {
  Fresh fresh;
  CUmodule module;
  CUfunction function;
  OK(cuModuleLoadData(&module, compiled.cubin.data()));
  OK(cuModuleGetFunction(&function, module, name));
  CUdeviceptr y = fresh.floats({1, 2});
  int offset = int(beyond);
  void *arguments[] = {&y, &offset};
  quern_fake_set("QUERN_FAKE_FAULT", injected);
  OK(cuLaunchKernel(function, 1, 1, 1, 32, 1, 1, 0, fresh.stream, arguments, nullptr));
  if (beyond == 2) {  // beside the memory, but in its page: seen when it is freed
    OK(cuStreamSynchronize(fresh.stream));
    IS(status, cuMemFree_v2(y));
  }
  IS(status, cuStreamSynchronize(fresh.stream));
  IS(status, cuMemAlloc_v2(&y, 4));
  quern_fake_set("QUERN_FAKE_FAULT", "");
}

}  // namespace

void test_kernels() {
  test_compiler();
  const Compiled compiled(
      kSource, {"--gpu-architecture=sm_90", "--define-macro=SIZE=64", "--std=c++17"});
  fprintf(stderr, "%s", compiled.log.c_str());
  OK(compiled.status);
  test_launches(compiled);
  test_fault(compiled, "stuck", 719, 0, "");
  test_fault(compiled, "wild", 700, 1 << 20, "");
  test_fault(compiled, "wild", 700, 2, "");
  test_fault(compiled, "wild", 700, 0, "wild:1");
}
