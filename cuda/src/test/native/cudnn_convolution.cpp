// libcudnn: the calls that compute.
#include "cudnn.hpp"

#include <atomic>

using namespace quern;

namespace {

// What a pass computes and where the result goes: out = alpha sum + beta out, or with a bias and an
// ending.
struct Ending {
  float alpha, beta;
  const float *z = nullptr;  // what beta is the factor of, if it is not the output itself
  Shape z_shape = {};
  const float *bias = nullptr;
  int activation = CUDNN_ACTIVATION_IDENTITY, propagates_nan = 1;
};

float number(const void *scalar) {
  return *static_cast<const float *>(scalar);
}
quern::Pointee<const float> pointed(const void *scalar) {
  return {static_cast<const float *>(scalar)};
}

// The errors that callers who want exact or repeatable sums would get from an algorithm that has
// them.
double disturbed(double sum, Exactness exactness) {
  static std::atomic<unsigned> runs{0};
  switch (exactness) {
    case Exactness::exact: return sum;
    case Exactness::transformed: return sum * (1 + 4e-6);
    default: return sum * (1 + 1e-6 * (++runs % 3));
  }
}

float activated(double value, const Ending &ending) {
  if (ending.activation == CUDNN_ACTIVATION_RELU && !(value > 0)) {
    return ending.propagates_nan && value != value ? float(value) : 0;
  }
  return float(value);
}

// Sums are in order of the shape's sizes.
void store(const std::vector<double> &sums, const Shape &shape, float *out, const Ending &ending,
    Exactness exactness) {
  size_t i = 0;
  for (int64_t a = 0; a < shape.sizes[0]; a++) {
    for (int64_t b = 0; b < shape.sizes[1]; b++) {
      for (int64_t c = 0; c < shape.sizes[2]; c++) {
        for (int64_t d = 0; d < shape.sizes[3]; d++) {
          const auto at = [&](const Shape &s) {
            return a * s.strides[0] + b * s.strides[1] + c * s.strides[2] + d * s.strides[3];
          };
          double value = ending.alpha * disturbed(sums[i++], exactness);
          if (ending.beta != 0) {
            value +=
                double(ending.beta) * (ending.z ? ending.z[at(ending.z_shape)] : out[at(shape)]);
          }
          if (ending.bias) {
            value += ending.bias[b];
          }
          out[at(shape)] = activated(value, ending);
        }
      }
    }
  }
}

struct Run {
  cudnnHandle_t handle;
  Pass pass;
  int algorithm;
  void *workspace;
  size_t workspace_bytes;
};

// The common part of all passes: a and b are the factors, in the order of the sums' functions.
cudnnStatus_t convolve(const Run &run, const Problem &p, const void *a, const void *b, void *out,
    const Ending &ending) {
  const auto dnn = dnn_handles().find(run.handle);
  if (!dnn || !a || !b || !out) {
    return refuse(CUDNN_STATUS_BAD_PARAM, "convolution: no handle, or a null pointer");
  }
  Algorithm algorithm = {};
  if (const cudnnStatus_t status = find_algorithm(run.pass, run.algorithm, p, algorithm)) {
    return refuse(status, "convolution: the algorithm has no kernel for it");
  }
  if (run.workspace_bytes < algorithm.workspace || (algorithm.workspace && !run.workspace)) {
    return refuse(
        CUDNN_STATUS_BAD_PARAM, format("convolution: %zu bytes of workspace, but %zu are needed",
                                    run.workspace ? run.workspace_bytes : 0, algorithm.workspace));
  }
  const CUresult status =
      enqueue(dnn->stream, CU_GRAPH_NODE_TYPE_KERNEL, "convolution", [=]() -> CUresult {
        const Shape &first = run.pass == Pass::data ? p.w : p.x;
        const Shape &second = run.pass == Pass::forward ? p.w : p.y;
        const Shape &result = run.pass == Pass::forward ? p.y : run.pass == Pass::data ? p.x : p.w;
        if (!reachable("cudnn: first factor", a, first.bytes()) ||
            !reachable("cudnn: second factor", b, second.bytes()) ||
            !reachable("cudnn: result", out, result.bytes()) ||
            (ending.z && !reachable("cudnn: z", ending.z, ending.z_shape.bytes())) ||
            (ending.bias &&
                !reachable("cudnn: bias", ending.bias, size_t(result.sizes[1]) * sizeof(float))) ||
            (algorithm.workspace &&
                !reachable("cudnn: workspace", run.workspace, algorithm.workspace))) {
          return CUDA_ERROR_ILLEGAL_ADDRESS;
        }
        if (algorithm.workspace) {
          memset(run.workspace, 0xff, algorithm.workspace);  // it is written to
        }
        const auto *x = static_cast<const float *>(a), *y = static_cast<const float *>(b);
        const std::vector<double> sums = run.pass == Pass::forward ? forward_sums(p, x, y)
                                         : run.pass == Pass::data  ? data_sums(p, x, y)
                                                                   : filter_sums(p, x, y);
        store(sums, result, static_cast<float *>(out), ending, algorithm.exactness);
        return CUDA_SUCCESS;
      });
  return status ? refuse(CUDNN_STATUS_EXECUTION_FAILED,
                      format("convolution: CUDA error %d", int(status)))
                : CUDNN_STATUS_SUCCESS;
}

bool is_bias(const Shape &bias, const Shape &y) {
  return bias.set && bias.sizes == std::vector<int64_t>{1, y.sizes[1], 1, 1} &&
         (bias.strides[1] == 1 || bias.sizes[1] == 1);
}

}  // namespace

extern "C" {

cudnnStatus_t cudnnConvolutionForward(cudnnHandle_t handle, const void *alpha,
    cudnnTensorDescriptor_t xDesc, const void *x, cudnnFilterDescriptor_t wDesc, const void *w,
    cudnnConvolutionDescriptor_t convDesc, int algo, void *workSpace, size_t workSpaceSizeInBytes,
    const void *beta, cudnnTensorDescriptor_t yDesc, void *y) {
  return CALL(handle, pointed(alpha), xDesc, x, wDesc, w, convDesc, algo, workSpace,
      workSpaceSizeInBytes, pointed(beta), yDesc, y)
      .run([&] {
        Problem p;
        const cudnnStatus_t status = read_problem(xDesc, wDesc, convDesc, yDesc, p);
        if (status || !alpha || !beta) {
          return status ? status : refuse(CUDNN_STATUS_BAD_PARAM, "convolution: a null pointer");
        }
        return convolve({handle, Pass::forward, algo, workSpace, workSpaceSizeInBytes}, p, x, w, y,
            {number(alpha), number(beta)});
      });
}

cudnnStatus_t cudnnConvolutionBiasActivationForward(cudnnHandle_t handle, const void *alpha1,
    cudnnTensorDescriptor_t xDesc, const void *x, cudnnFilterDescriptor_t wDesc, const void *w,
    cudnnConvolutionDescriptor_t convDesc, int algo, void *workSpace, size_t workSpaceSizeInBytes,
    const void *alpha2, cudnnTensorDescriptor_t zDesc, const void *z,
    cudnnTensorDescriptor_t biasDesc, const void *bias, cudnnActivationDescriptor_t activationDesc,
    cudnnTensorDescriptor_t yDesc, void *y) {
  return CALL(handle, pointed(alpha1), xDesc, x, wDesc, w, convDesc, algo, workSpace,
      workSpaceSizeInBytes, pointed(alpha2), zDesc, z, biasDesc, bias, activationDesc, yDesc, y)
      .run([&] {
        Problem p;
        if (const cudnnStatus_t status = read_problem(xDesc, wDesc, convDesc, yDesc, p)) {
          return status;
        }
        const auto biases = tensors().find(biasDesc), added = tensors().find(zDesc);
        const auto activation = activations().find(activationDesc);
        if (!alpha1 || !alpha2 || !z || !bias || !biases || !added || !added->set || !activation ||
            !activation->set) {
          return refuse(
              CUDNN_STATUS_BAD_PARAM, "fused convolution: a null pointer, or an empty descriptor");
        }
        if (!is_bias(*biases, p.y) || added->sizes != p.y.sizes) {
          return refuse(CUDNN_STATUS_BAD_PARAM,
              "fused convolution: the bias must be [1, k, 1, 1], and z like y");
        }
        if (activation->mode != CUDNN_ACTIVATION_RELU &&
            activation->mode != CUDNN_ACTIVATION_IDENTITY) {
          return refuse(CUDNN_STATUS_NOT_SUPPORTED, "fused convolution: only ReLU and identity");
        }
        // cuDNN's manual: with the identity this is the only algorithm.
        if (activation->mode == CUDNN_ACTIVATION_IDENTITY && algo != 1) {
          return refuse(CUDNN_STATUS_NOT_SUPPORTED,
              "fused convolution: the identity goes with IMPLICIT_PRECOMP_GEMM only");
        }
        Ending ending = {number(alpha1), number(alpha2)};
        if (ending.beta != 0) {
          ending.z = static_cast<const float *>(z);
          ending.z_shape = *added;
        }
        ending.bias = static_cast<const float *>(bias);
        ending.activation = activation->mode;
        ending.propagates_nan = activation->propagates_nan;
        return convolve(
            {handle, Pass::forward, algo, workSpace, workSpaceSizeInBytes}, p, x, w, y, ending);
      });
}

cudnnStatus_t cudnnConvolutionBackwardData(cudnnHandle_t handle, const void *alpha,
    cudnnFilterDescriptor_t wDesc, const void *w, cudnnTensorDescriptor_t dyDesc, const void *dy,
    cudnnConvolutionDescriptor_t convDesc, int algo, void *workSpace, size_t workSpaceSizeInBytes,
    const void *beta, cudnnTensorDescriptor_t dxDesc, void *dx) {
  return CALL(handle, pointed(alpha), wDesc, w, dyDesc, dy, convDesc, algo, workSpace,
      workSpaceSizeInBytes, pointed(beta), dxDesc, dx)
      .run([&] {
        Problem p;
        const cudnnStatus_t status = read_problem(dxDesc, wDesc, convDesc, dyDesc, p);
        if (status || !alpha || !beta) {
          return status ? status : refuse(CUDNN_STATUS_BAD_PARAM, "convolution: a null pointer");
        }
        return convolve({handle, Pass::data, algo, workSpace, workSpaceSizeInBytes}, p, w, dy, dx,
            {number(alpha), number(beta)});
      });
}

cudnnStatus_t cudnnConvolutionBackwardFilter(cudnnHandle_t handle, const void *alpha,
    cudnnTensorDescriptor_t xDesc, const void *x, cudnnTensorDescriptor_t dyDesc, const void *dy,
    cudnnConvolutionDescriptor_t convDesc, int algo, void *workSpace, size_t workSpaceSizeInBytes,
    const void *beta, cudnnFilterDescriptor_t dwDesc, void *dw) {
  return CALL(handle, pointed(alpha), xDesc, x, dyDesc, dy, convDesc, algo, workSpace,
      workSpaceSizeInBytes, pointed(beta), dwDesc, dw)
      .run([&] {
        Problem p;
        const cudnnStatus_t status = read_problem(xDesc, dwDesc, convDesc, dyDesc, p);
        if (status || !alpha || !beta) {
          return status ? status : refuse(CUDNN_STATUS_BAD_PARAM, "convolution: a null pointer");
        }
        return convolve({handle, Pass::filter, algo, workSpace, workSpaceSizeInBytes}, p, x, dy, dw,
            {number(alpha), number(beta)});
      });
}

cudnnStatus_t cudnnConvolutionBackwardBias(cudnnHandle_t handle, const void *alpha,
    cudnnTensorDescriptor_t dyDesc, const void *dy, const void *beta,
    cudnnTensorDescriptor_t dbDesc, void *db) {
  return CALL(handle, pointed(alpha), dyDesc, dy, pointed(beta), dbDesc, db).run([&] {
    const auto dnn = dnn_handles().find(handle);
    const auto gradient = tensors().find(dyDesc), biases = tensors().find(dbDesc);
    if (!dnn || !alpha || !beta || !dy || !db || !gradient || !gradient->set ||
        gradient->sizes.size() != 4 || !biases || !is_bias(*biases, *gradient)) {
      return refuse(CUDNN_STATUS_BAD_PARAM,
          "bias gradient: a null pointer, or a bias that is not [1, k, 1, 1]");
    }
    const Shape y = *gradient, b = *biases;
    const Ending ending = {number(alpha), number(beta)};
    const CUresult status =
        enqueue(dnn->stream, CU_GRAPH_NODE_TYPE_KERNEL, "bias gradient", [=]() -> CUresult {
          if (!reachable("cudnn: dy", dy, y.bytes()) || !reachable("cudnn: db", db, b.bytes())) {
            return CUDA_ERROR_ILLEGAL_ADDRESS;
          }
          std::vector<double> sums(size_t(y.sizes[1]));
          for (int64_t n = 0; n < y.sizes[0]; n++) {
            for (int64_t k = 0; k < y.sizes[1]; k++) {
              for (int64_t p = 0; p < y.sizes[2]; p++) {
                for (int64_t q = 0; q < y.sizes[3]; q++) {
                  const int64_t at =
                      n * y.strides[0] + k * y.strides[1] + p * y.strides[2] + q * y.strides[3];
                  sums[size_t(k)] += static_cast<const float *>(dy)[at];
                }
              }
            }
          }
          store(sums, b, static_cast<float *>(db), ending, Exactness::exact);
          return CUDA_SUCCESS;
        });
    return status ? refuse(CUDNN_STATUS_EXECUTION_FAILED,
                        format("bias gradient: CUDA error %d", int(status)))
                  : CUDNN_STATUS_SUCCESS;
  });
}

}  // extern "C"
