// What the parts of the imitated cuDNN share.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "calls.hpp"
#include "handles.hpp"
#include "work.hpp"

typedef enum {
  CUDNN_STATUS_SUCCESS = 0,
  CUDNN_STATUS_NOT_INITIALIZED = 1001,
  CUDNN_STATUS_BAD_PARAM = 2000,
  CUDNN_STATUS_NOT_SUPPORTED = 3000,
  CUDNN_STATUS_INTERNAL_ERROR = 4000,
  CUDNN_STATUS_EXECUTION_FAILED = 5000
} cudnnStatus_t;
typedef struct cudnnContext *cudnnHandle_t;
typedef struct cudnnTensorStruct *cudnnTensorDescriptor_t;
typedef struct cudnnFilterStruct *cudnnFilterDescriptor_t;
typedef struct cudnnConvolutionStruct *cudnnConvolutionDescriptor_t;
typedef struct cudnnActivationStruct *cudnnActivationDescriptor_t;

namespace quern {

enum { CUDNN_TENSOR_NCHW = 0, CUDNN_TENSOR_NHWC = 1 };
enum { CUDNN_DATA_FLOAT = 0 };
enum { CUDNN_FMA_MATH = 3 };
enum { CUDNN_ACTIVATION_RELU = 1, CUDNN_ACTIVATION_IDENTITY = 5 };

struct Dnn {
  CUstream stream = nullptr;
};

// A tensor's or a filter's; filters are [k, c, r, s].
struct Shape {
  bool set = false;
  int type = 0, format = 0;
  std::vector<int64_t> sizes, strides;
  size_t bytes() const;  // from the first to behind the last element
};

struct Convolution {
  bool set = false;
  int pad_h = 0, pad_w = 0, stride_h = 1, stride_w = 1, dilation_h = 1, dilation_w = 1;
  int mode = 1, groups = 1, math = 0, type = 0;
};

struct Activation {
  bool set = false;
  int mode = 0, propagates_nan = 0;
  double coefficient = 0;
};

Objects<cudnnHandle_t, Dnn> &dnn_handles();
Objects<cudnnTensorDescriptor_t, Shape> &tensors();
Objects<cudnnFilterDescriptor_t, Shape> &filters();
Objects<cudnnConvolutionDescriptor_t, Convolution> &convolutions();
Objects<cudnnActivationDescriptor_t, Activation> &activations();

// Keeps the reason for cudnnGetLastErrorString, and returns the status.
cudnnStatus_t refuse(cudnnStatus_t status, const std::string &reason);

// A convolution with all its descriptors, as they are now.
enum class Pass { forward, data, filter };
struct Problem {
  Shape x, w, y;
  Convolution conv;
  bool tf32() const { return conv.math != CUDNN_FMA_MATH; }
};
cudnnStatus_t read_problem(cudnnTensorDescriptor_t x, cudnnFilterDescriptor_t w,
    cudnnConvolutionDescriptor_t conv, cudnnTensorDescriptor_t y, Problem &problem);
int64_t output_size(int64_t size, int64_t filter, int pad, int stride, int dilation);

// How exact an algorithm's results are: sums, rounded once; with the errors of a transform; or not
// the same twice.
enum class Exactness { exact, transformed, random };
struct Algorithm {
  Exactness exactness;
  size_t workspace;
  float milliseconds;
};
// NOT_SUPPORTED where the algorithm has no kernel for it.
cudnnStatus_t find_algorithm(Pass pass, int number, const Problem &problem, Algorithm &algorithm);
int algorithm_count(Pass pass);

// The sums of a pass in order [n, k, p, q], [n, c, h, w] or [k, c, r, s].
std::vector<double> forward_sums(const Problem &p, const float *x, const float *w);
std::vector<double> data_sums(const Problem &p, const float *w, const float *dy);
std::vector<double> filter_sums(const Problem &p, const float *x, const float *dy);

}  // namespace quern

// Of a log: what descriptors describe.
std::string shown(cudnnTensorDescriptor_t descriptor);
std::string shown(cudnnFilterDescriptor_t descriptor);
std::string shown(cudnnConvolutionDescriptor_t descriptor);
