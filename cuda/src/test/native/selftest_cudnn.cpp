// cuDNN's convolutions against loops.
#include <cmath>
#include <limits>

#include "cudnn.hpp"
#include "selftest.hpp"

extern "C" {
int cudnnCreate(cudnnHandle_t *);
int cudnnDestroy(cudnnHandle_t);
int cudnnSetStream(cudnnHandle_t, CUstream);
int cudnnCreateTensorDescriptor(cudnnTensorDescriptor_t *);
int cudnnSetTensor4dDescriptor(cudnnTensorDescriptor_t, int, int, int, int, int, int);
int cudnnDestroyTensorDescriptor(cudnnTensorDescriptor_t);
int cudnnCreateFilterDescriptor(cudnnFilterDescriptor_t *);
int cudnnSetFilter4dDescriptor(cudnnFilterDescriptor_t, int, int, int, int, int, int);
int cudnnDestroyFilterDescriptor(cudnnFilterDescriptor_t);
int cudnnCreateConvolutionDescriptor(cudnnConvolutionDescriptor_t *);
int cudnnSetConvolution2dDescriptor(
    cudnnConvolutionDescriptor_t, int, int, int, int, int, int, int, int);
int cudnnSetConvolutionGroupCount(cudnnConvolutionDescriptor_t, int);
int cudnnSetConvolutionMathType(cudnnConvolutionDescriptor_t, int);
int cudnnDestroyConvolutionDescriptor(cudnnConvolutionDescriptor_t);
int cudnnCreateActivationDescriptor(cudnnActivationDescriptor_t *);
int cudnnSetActivationDescriptor(cudnnActivationDescriptor_t, int, int, double);
int cudnnGetConvolution2dForwardOutputDim(cudnnConvolutionDescriptor_t, cudnnTensorDescriptor_t,
    cudnnFilterDescriptor_t, int *, int *, int *, int *);
int cudnnFindConvolutionForwardAlgorithm(cudnnHandle_t, cudnnTensorDescriptor_t,
    cudnnFilterDescriptor_t, cudnnConvolutionDescriptor_t, cudnnTensorDescriptor_t, int, int *,
    void *);
int cudnnGetConvolutionForwardWorkspaceSize(cudnnHandle_t, cudnnTensorDescriptor_t,
    cudnnFilterDescriptor_t, cudnnConvolutionDescriptor_t, cudnnTensorDescriptor_t, int, size_t *);
int cudnnConvolutionForward(cudnnHandle_t, const void *, cudnnTensorDescriptor_t, const void *,
    cudnnFilterDescriptor_t, const void *, cudnnConvolutionDescriptor_t, int, void *, size_t,
    const void *, cudnnTensorDescriptor_t, void *);
int cudnnConvolutionBiasActivationForward(cudnnHandle_t, const void *, cudnnTensorDescriptor_t,
    const void *, cudnnFilterDescriptor_t, const void *, cudnnConvolutionDescriptor_t, int, void *,
    size_t, const void *, cudnnTensorDescriptor_t, const void *, cudnnTensorDescriptor_t,
    const void *, cudnnActivationDescriptor_t, cudnnTensorDescriptor_t, void *);
int cudnnConvolutionBackwardData(cudnnHandle_t, const void *, cudnnFilterDescriptor_t, const void *,
    cudnnTensorDescriptor_t, const void *, cudnnConvolutionDescriptor_t, int, void *, size_t,
    const void *, cudnnTensorDescriptor_t, void *);
int cudnnConvolutionBackwardFilter(cudnnHandle_t, const void *, cudnnTensorDescriptor_t,
    const void *, cudnnTensorDescriptor_t, const void *, cudnnConvolutionDescriptor_t, int, void *,
    size_t, const void *, cudnnFilterDescriptor_t, void *);
int cudnnConvolutionBackwardBias(cudnnHandle_t, const void *, cudnnTensorDescriptor_t, const void *,
    const void *, cudnnTensorDescriptor_t, void *);
}

namespace {

struct Shape2d {
  int n, c, h, w, k, r, s, pad, stride, dilation, groups, nhwc;
  int p() const { return (h + 2 * pad - (r - 1) * dilation - 1) / stride + 1; }
  int q() const { return (w + 2 * pad - (s - 1) * dilation - 1) / stride + 1; }
  size_t x_at(int i, int ch, int row, int column) const {
    return size_t(
        nhwc ? ((i * h + row) * w + column) * c + ch : ((i * c + ch) * h + row) * w + column);
  }
  size_t y_at(int i, int ch, int row, int column) const {
    return size_t(nhwc ? ((i * p() + row) * q() + column) * k + ch
                       : ((i * k + ch) * p() + row) * q() + column);
  }
  size_t w_at(int f, int ch, int row, int column) const {
    const int cg = c / groups;
    return size_t(
        nhwc ? ((f * r + row) * s + column) * cg + ch : ((f * cg + ch) * r + row) * s + column);
  }
};

// body(index of x, of w, of y) for every product of the sum.
template <class Body>
void each_product(const Shape2d &z, Body body) {
  for (int i = 0; i < z.n; i++) {
    for (int f = 0; f < z.k; f++) {
      for (int p = 0; p < z.p(); p++) {
        for (int q = 0; q < z.q(); q++) {
          for (int c = 0; c < z.c / z.groups; c++) {
            for (int r = 0; r < z.r; r++) {
              for (int s = 0; s < z.s; s++) {
                const int row = p * z.stride - z.pad + r * z.dilation;
                const int column = q * z.stride - z.pad + s * z.dilation;
                if (row >= 0 && row < z.h && column >= 0 && column < z.w) {
                  const int channel = f / (z.k / z.groups) * (z.c / z.groups) + c;
                  body(z.x_at(i, channel, row, column), z.w_at(f, c, r, s), z.y_at(i, f, p, q));
                }
              }
            }
          }
        }
      }
    }
  }
}

struct Described {
  explicit Described(const Shape2d &z) {
    const int g = z.nhwc;
    OK(cudnnCreateTensorDescriptor(&x));
    OK(cudnnCreateTensorDescriptor(&y));
    OK(cudnnCreateTensorDescriptor(&bias));
    OK(cudnnCreateFilterDescriptor(&w));
    OK(cudnnCreateConvolutionDescriptor(&conv));
    OK(cudnnSetTensor4dDescriptor(x, g, 0, z.n, z.c, z.h, z.w));
    OK(cudnnSetTensor4dDescriptor(y, g, 0, z.n, z.k, z.p(), z.q()));
    OK(cudnnSetTensor4dDescriptor(bias, g, 0, 1, z.k, 1, 1));
    OK(cudnnSetFilter4dDescriptor(w, 0, g, z.k, z.c / z.groups, z.r, z.s));
    OK(cudnnSetConvolution2dDescriptor(
        conv, z.pad, z.pad, z.stride, z.stride, z.dilation, z.dilation, 1, 0));
    OK(cudnnSetConvolutionGroupCount(conv, z.groups));
    OK(cudnnSetConvolutionMathType(conv, 3));
  }
  ~Described() {
    OK(cudnnDestroyTensorDescriptor(x));
    OK(cudnnDestroyTensorDescriptor(y));
    OK(cudnnDestroyTensorDescriptor(bias));
    OK(cudnnDestroyFilterDescriptor(w));
    OK(cudnnDestroyConvolutionDescriptor(conv));
  }
  cudnnTensorDescriptor_t x, y, bias;
  cudnnFilterDescriptor_t w;
  cudnnConvolutionDescriptor_t conv;
};

void *pointer(CUdeviceptr address) {
  return reinterpret_cast<void *>(address);
}

void equal(const std::vector<float> &expected, const std::vector<float> &actual) {
  for (size_t i = 0; i < expected.size(); i++) {
    IS(expected[i], actual[i]);
  }
}

struct Test {
  explicit Test(const Shape2d &shape) : z(shape), d(shape) {
    OK(cudnnCreate(&handle));
    OK(cudnnSetStream(handle, fresh.stream));
    OK(cuMemAlloc_v2(&workspace, 1 << 20));
    px = fresh.floats(x);
    pw = fresh.floats(w);
    py = fresh.floats(y);
  }
  ~Test() { OK(cudnnDestroy(handle)); }

  int forward(int algorithm, size_t bytes, const float &beta, CUdeviceptr out) {
    return cudnnConvolutionForward(handle, &one, d.x, pointer(px), d.w, pointer(pw), d.conv,
        algorithm, pointer(workspace), bytes, &beta, d.y, pointer(out));
  }
  int data(int algorithm, CUdeviceptr out) {
    return cudnnConvolutionBackwardData(handle, &two, d.w, pointer(pw), d.y, pointer(py), d.conv,
        algorithm, pointer(workspace), 1 << 20, &zero, d.x, pointer(out));
  }
  int filter(int algorithm, CUdeviceptr out) {
    return cudnnConvolutionBackwardFilter(handle, &one, d.x, pointer(px), d.y, pointer(py), d.conv,
        algorithm, pointer(workspace), 1 << 20, &one, d.w, pointer(out));
  }
  int fused(int algorithm, int mode, CUdeviceptr bias, CUdeviceptr out) {
    cudnnActivationDescriptor_t activation;
    OK(cudnnCreateActivationDescriptor(&activation));
    OK(cudnnSetActivationDescriptor(activation, mode, 1, 0));
    return cudnnConvolutionBiasActivationForward(handle, &one, d.x, pointer(px), d.w, pointer(pw),
        d.conv, algorithm, pointer(workspace), 1 << 20, &zero, d.y, pointer(out), d.bias,
        pointer(bias), activation, d.y, pointer(out));
  }

  const float zero = 0, one = 1, two = 2;
  Shape2d z;
  Fresh fresh;
  Described d;
  cudnnHandle_t handle;
  std::vector<float> x = numbers(size_t(z.n * z.c * z.h * z.w), 1);
  std::vector<float> w = numbers(size_t(z.k * z.c / z.groups * z.r * z.s), 2);
  std::vector<float> y = numbers(size_t(z.n * z.k * z.p() * z.q()), 3);
  CUdeviceptr workspace, px, pw, py;
};

void test_passes(const Shape2d &z) {
  Test t(z);
  std::vector<float> ey(t.y.size()), ex(t.x.size()), ew = numbers(t.w.size(), 9);
  each_product(z, [&](size_t i, size_t j, size_t k) {
    ey[k] += t.x[i] * t.w[j];
    ex[i] += 2 * t.w[j] * t.y[k];
    ew[j] += t.x[i] * t.y[k];
  });
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const CUdeviceptr out = t.fresh.floats(std::vector<float>(t.y.size(), nan));
  IS(1, replayed(t.fresh.stream, [&] { OK(t.forward(0, 0, t.zero, out)); }));
  equal(ey, t.fresh.read(out, ey.size()));
  OK(t.forward(1, 1 << 20, t.two, out));
  const CUdeviceptr dx = t.fresh.floats(std::vector<float>(t.x.size(), nan));
  const CUdeviceptr dw = t.fresh.floats(numbers(t.w.size(), 9));
  OK(t.data(1, dx));
  OK(t.filter(1, dw));
  equal(ex, t.fresh.read(dx, ex.size()));
  equal(ew, t.fresh.read(dw, ew.size()));
  const std::vector<float> three = t.fresh.read(out, ey.size());
  for (size_t i = 0; i < ey.size(); i++) {
    IS(3 * ey[i], three[i]);
  }

  const std::vector<float> biases = numbers(size_t(z.k), 4);
  const CUdeviceptr bias = t.fresh.floats(biases);
  OK(t.fused(1, 1, bias, out));
  const std::vector<float> fused = t.fresh.read(out, ey.size());
  std::vector<float> db(biases.size());
  for (int i = 0; i < z.n; i++) {
    for (int k = 0; k < z.k; k++) {
      for (int p = 0; p < z.p() * z.q(); p++) {
        const size_t at = z.y_at(i, k, p / z.q(), p % z.q());
        IS(std::max(0.f, ey[at] + biases[size_t(k)]), fused[at]);
        db[size_t(k)] += t.y[at];
      }
    }
  }
  OK(t.fused(1, 5, bias, out));
  IS(3000, t.fused(0, 5, bias, out));
  IS(3000, t.fused(1, 2, bias, out));
  OK(cudnnConvolutionBackwardBias(
      t.handle, &t.one, t.d.y, pointer(t.py), &t.zero, t.d.bias, pointer(bias)));
  equal(db, t.fresh.read(bias, db.size()));
}

void test_algorithms() {
  Test t({1, 2, 8, 8, 3, 3, 3, 1, 1, 1, 1, 0});
  struct {
    int algorithm, status;
    float time;
    size_t memory;
    int determinism, math, reserved[3];
  } found[10];
  int count = 0;
  OK(cudnnFindConvolutionForwardAlgorithm(
      t.handle, t.d.x, t.d.w, t.d.conv, t.d.y, 10, &count, found));
  IS(8, count);
  IS(6, found[0].algorithm);  // Winograd, the fastest
  IS(3000, found[7].status);
  size_t bytes = 0;
  OK(cudnnGetConvolutionForwardWorkspaceSize(t.handle, t.d.x, t.d.w, t.d.conv, t.d.y, 1, &bytes));
  IS(2000, t.forward(1, bytes - 1, t.zero, t.py));
  OK(t.forward(1, bytes, t.zero, t.py));
  IS(3000, t.forward(3, 1 << 20, t.zero, t.py));
  int n, c, h, w;
  OK(cudnnGetConvolution2dForwardOutputDim(t.d.conv, t.d.x, t.d.w, &n, &c, &h, &w));
  IS(true, n == 1 && c == 3 && h == 8 && w == 8);
  OK(cudnnSetTensor4dDescriptor(t.d.y, 0, 0, 1, 3, 7, 8));
  IS(2000, t.forward(0, 0, t.zero, t.py));
}

// What there is no kernel for.
void test_refusals() {
  {
    Test dilated({1, 2, 8, 8, 4, 3, 3, 1, 1, 2, 1, 1});
    OK(dilated.forward(0, 0, dilated.zero, dilated.py));
    IS(3000, dilated.data(1, dilated.px));
  }
  Test grouped({1, 2, 8, 8, 4, 3, 3, 1, 1, 1, 2, 1});
  IS(3000, grouped.forward(0, 0, grouped.zero, grouped.py));
}

}  // namespace

void test_cudnn() {
  test_passes({2, 3, 7, 6, 4, 3, 3, 1, 1, 1, 1, 0});
  test_passes({2, 3, 7, 6, 4, 3, 2, 1, 2, 1, 1, 1});
  test_passes({1, 4, 9, 9, 6, 3, 3, 2, 2, 2, 2, 0});
  test_algorithms();
  test_refusals();
}
