// libcudnn: questions about algorithms.
#include <algorithm>

#include "cudnn.hpp"

using namespace quern;

namespace {

// cudnnConvolutionFwdAlgoPerf_t and the other two, which differ in the type of the first member
// only.
struct Performance {
  int algo, status;
  float time;
  size_t memory;
  int determinism, math_type, reserved[3];
};
static_assert(sizeof(Performance) == 48);

struct Question {
  cudnnHandle_t handle;
  Pass pass;
  cudnnTensorDescriptor_t x;
  cudnnFilterDescriptor_t w;
  cudnnConvolutionDescriptor_t conv;
  cudnnTensorDescriptor_t y;
};

cudnnStatus_t read(const Question &question, Problem &p) {
  if (!dnn_handles().find(question.handle)) {
    return refuse(CUDNN_STATUS_BAD_PARAM, "no such handle");
  }
  return read_problem(question.x, question.w, question.conv, question.y, p);
}

// The fastest first, those that have no kernel last.
cudnnStatus_t list(const Question &question, int requested, int *returned, Performance *results) {
  Problem p;
  if (const cudnnStatus_t status = read(question, p)) {
    return status;
  }
  if (requested <= 0 || !returned || !results) {
    return refuse(CUDNN_STATUS_BAD_PARAM, "nowhere to write algorithms to");
  }
  std::vector<Performance> all;
  for (int number = 0; number < algorithm_count(question.pass); number++) {
    Algorithm algorithm = {};
    const cudnnStatus_t status = find_algorithm(question.pass, number, p, algorithm);
    all.push_back(
        {number, status, status ? -1 : algorithm.milliseconds, status ? 0 : algorithm.workspace,
            algorithm.exactness != Exactness::random, p.conv.math, {}});
  }
  std::stable_sort(all.begin(), all.end(), [](const Performance &a, const Performance &b) {
    return (a.status != 0) != (b.status != 0) ? a.status == 0 : a.time < b.time;
  });
  *returned = std::min(requested, int(all.size()));
  std::copy_n(all.begin(), *returned, results);
  return CUDNN_STATUS_SUCCESS;
}

// As list, but by trying, which allocates and waits; what was in the result, if it is given, is
// lost.
cudnnStatus_t search(const Question &question, int requested, int *returned, Performance *results,
    void *out = nullptr, size_t bytes = 0) {
  if (unordered_state(true)) {
    return refuse(CUDNN_STATUS_EXECUTION_FAILED,
        "algorithms cannot be tried during a capture, nor after an error");
  }
  if (out && bytes) {
    if (!on_device(out, bytes)) {
      return refuse(CUDNN_STATUS_BAD_PARAM, "the result is no memory of the device");
    }
    memset(out, 0xff, bytes);
  }
  return list(question, requested, returned, results);
}

cudnnStatus_t workspace(const Question &question, int algo, size_t *bytes) {
  Problem p;
  if (const cudnnStatus_t status = read(question, p)) {
    return status;
  }
  if (!bytes) {
    return refuse(CUDNN_STATUS_BAD_PARAM, "nowhere to write a size to");
  }
  Algorithm algorithm = {};
  const cudnnStatus_t status = find_algorithm(question.pass, algo, p, algorithm);
  *bytes = algorithm.workspace;
  return status;
}

template <class Descriptor, class All>
size_t bytes_of(All &all, Descriptor descriptor) {
  const auto shape = all.find(descriptor);
  return shape && shape->set ? shape->bytes() : 0;
}

cudnnStatus_t count(Pass pass, int *out) {
  if (!out) {
    return refuse(CUDNN_STATUS_BAD_PARAM, "nowhere to write to");
  }
  *out = algorithm_count(pass);
  return CUDNN_STATUS_SUCCESS;
}

}  // namespace

extern "C" {

cudnnStatus_t cudnnGetConvolution2dForwardOutputDim(cudnnConvolutionDescriptor_t convDesc,
    cudnnTensorDescriptor_t inputTensorDesc, cudnnFilterDescriptor_t filterDesc, int *n, int *c,
    int *h, int *w) {
  return CALL(convDesc, inputTensorDesc, filterDesc, at(n), at(c), at(h), at(w)).run([&] {
    const auto conv = convolutions().find(convDesc);
    const auto x = tensors().find(inputTensorDesc);
    const auto filter = filters().find(filterDesc);
    if (!conv || !x || !filter || !conv->set || x->sizes.size() != 4 || filter->sizes.size() != 4 ||
        x->sizes[1] != filter->sizes[1] * conv->groups) {
      return refuse(CUDNN_STATUS_BAD_PARAM, "output size: descriptors do not fit");
    }
    *n = int(x->sizes[0]);
    *c = int(filter->sizes[0]);
    *h = int(
        output_size(x->sizes[2], filter->sizes[2], conv->pad_h, conv->stride_h, conv->dilation_h));
    *w = int(
        output_size(x->sizes[3], filter->sizes[3], conv->pad_w, conv->stride_w, conv->dilation_w));
    return *h > 0 && *w > 0 ? CUDNN_STATUS_SUCCESS
                            : refuse(CUDNN_STATUS_BAD_PARAM, "output size: nothing is left");
  });
}

cudnnStatus_t cudnnGetConvolutionForwardAlgorithmMaxCount(cudnnHandle_t handle, int *out) {
  return CALL(handle, at(out)).run([&] { return count(Pass::forward, out); });
}
cudnnStatus_t cudnnGetConvolutionBackwardDataAlgorithmMaxCount(cudnnHandle_t handle, int *out) {
  return CALL(handle, at(out)).run([&] { return count(Pass::data, out); });
}
cudnnStatus_t cudnnGetConvolutionBackwardFilterAlgorithmMaxCount(cudnnHandle_t handle, int *out) {
  return CALL(handle, at(out)).run([&] { return count(Pass::filter, out); });
}

cudnnStatus_t cudnnGetConvolutionForwardAlgorithm_v7(cudnnHandle_t handle,
    cudnnTensorDescriptor_t xDesc, cudnnFilterDescriptor_t wDesc,
    cudnnConvolutionDescriptor_t convDesc, cudnnTensorDescriptor_t yDesc, int requested,
    int *returned, Performance *results) {
  return CALL(handle, xDesc, wDesc, convDesc, yDesc, requested, at(returned)).run([&] {
    return list(
        {handle, Pass::forward, xDesc, wDesc, convDesc, yDesc}, requested, returned, results);
  });
}
cudnnStatus_t cudnnFindConvolutionForwardAlgorithm(cudnnHandle_t handle,
    cudnnTensorDescriptor_t xDesc, cudnnFilterDescriptor_t wDesc,
    cudnnConvolutionDescriptor_t convDesc, cudnnTensorDescriptor_t yDesc, int requested,
    int *returned, Performance *results) {
  return CALL(handle, xDesc, wDesc, convDesc, yDesc, requested, at(returned)).run([&] {
    return search(
        {handle, Pass::forward, xDesc, wDesc, convDesc, yDesc}, requested, returned, results);
  });
}
cudnnStatus_t cudnnFindConvolutionForwardAlgorithmEx(cudnnHandle_t handle,
    cudnnTensorDescriptor_t xDesc, const void *x, cudnnFilterDescriptor_t wDesc, const void *w,
    cudnnConvolutionDescriptor_t convDesc, cudnnTensorDescriptor_t yDesc, void *y, int requested,
    int *returned, Performance *results, void *workSpace, size_t workSpaceSizeInBytes) {
  return CALL(handle, xDesc, x, wDesc, w, convDesc, yDesc, y, requested, at(returned), workSpace,
      workSpaceSizeInBytes)
      .run([&] {
        return search({handle, Pass::forward, xDesc, wDesc, convDesc, yDesc}, requested, returned,
            results, y, bytes_of(tensors(), yDesc));
      });
}
cudnnStatus_t cudnnGetConvolutionForwardWorkspaceSize(cudnnHandle_t handle,
    cudnnTensorDescriptor_t xDesc, cudnnFilterDescriptor_t wDesc,
    cudnnConvolutionDescriptor_t convDesc, cudnnTensorDescriptor_t yDesc, int algo,
    size_t *sizeInBytes) {
  return CALL(handle, xDesc, wDesc, convDesc, yDesc, algo, at(sizeInBytes)).run([&] {
    return workspace({handle, Pass::forward, xDesc, wDesc, convDesc, yDesc}, algo, sizeInBytes);
  });
}

cudnnStatus_t cudnnGetConvolutionBackwardDataAlgorithm_v7(cudnnHandle_t handle,
    cudnnFilterDescriptor_t wDesc, cudnnTensorDescriptor_t dyDesc,
    cudnnConvolutionDescriptor_t convDesc, cudnnTensorDescriptor_t dxDesc, int requested,
    int *returned, Performance *results) {
  return CALL(handle, wDesc, dyDesc, convDesc, dxDesc, requested, at(returned)).run([&] {
    return list(
        {handle, Pass::data, dxDesc, wDesc, convDesc, dyDesc}, requested, returned, results);
  });
}
cudnnStatus_t cudnnFindConvolutionBackwardDataAlgorithm(cudnnHandle_t handle,
    cudnnFilterDescriptor_t wDesc, cudnnTensorDescriptor_t dyDesc,
    cudnnConvolutionDescriptor_t convDesc, cudnnTensorDescriptor_t dxDesc, int requested,
    int *returned, Performance *results) {
  return CALL(handle, wDesc, dyDesc, convDesc, dxDesc, requested, at(returned)).run([&] {
    return search(
        {handle, Pass::data, dxDesc, wDesc, convDesc, dyDesc}, requested, returned, results);
  });
}
cudnnStatus_t cudnnFindConvolutionBackwardDataAlgorithmEx(cudnnHandle_t handle,
    cudnnFilterDescriptor_t wDesc, const void *w, cudnnTensorDescriptor_t dyDesc, const void *dy,
    cudnnConvolutionDescriptor_t convDesc, cudnnTensorDescriptor_t dxDesc, void *dx, int requested,
    int *returned, Performance *results, void *workSpace, size_t workSpaceSizeInBytes) {
  return CALL(handle, wDesc, w, dyDesc, dy, convDesc, dxDesc, dx, requested, at(returned),
      workSpace, workSpaceSizeInBytes)
      .run([&] {
        return search({handle, Pass::data, dxDesc, wDesc, convDesc, dyDesc}, requested, returned,
            results, dx, bytes_of(tensors(), dxDesc));
      });
}
cudnnStatus_t cudnnGetConvolutionBackwardDataWorkspaceSize(cudnnHandle_t handle,
    cudnnFilterDescriptor_t wDesc, cudnnTensorDescriptor_t dyDesc,
    cudnnConvolutionDescriptor_t convDesc, cudnnTensorDescriptor_t dxDesc, int algo,
    size_t *sizeInBytes) {
  return CALL(handle, wDesc, dyDesc, convDesc, dxDesc, algo, at(sizeInBytes)).run([&] {
    return workspace({handle, Pass::data, dxDesc, wDesc, convDesc, dyDesc}, algo, sizeInBytes);
  });
}

cudnnStatus_t cudnnGetConvolutionBackwardFilterAlgorithm_v7(cudnnHandle_t handle,
    cudnnTensorDescriptor_t xDesc, cudnnTensorDescriptor_t dyDesc,
    cudnnConvolutionDescriptor_t convDesc, cudnnFilterDescriptor_t dwDesc, int requested,
    int *returned, Performance *results) {
  return CALL(handle, xDesc, dyDesc, convDesc, dwDesc, requested, at(returned)).run([&] {
    return list(
        {handle, Pass::filter, xDesc, dwDesc, convDesc, dyDesc}, requested, returned, results);
  });
}
cudnnStatus_t cudnnFindConvolutionBackwardFilterAlgorithm(cudnnHandle_t handle,
    cudnnTensorDescriptor_t xDesc, cudnnTensorDescriptor_t dyDesc,
    cudnnConvolutionDescriptor_t convDesc, cudnnFilterDescriptor_t dwDesc, int requested,
    int *returned, Performance *results) {
  return CALL(handle, xDesc, dyDesc, convDesc, dwDesc, requested, at(returned)).run([&] {
    return search(
        {handle, Pass::filter, xDesc, dwDesc, convDesc, dyDesc}, requested, returned, results);
  });
}
cudnnStatus_t cudnnFindConvolutionBackwardFilterAlgorithmEx(cudnnHandle_t handle,
    cudnnTensorDescriptor_t xDesc, const void *x, cudnnTensorDescriptor_t dyDesc, const void *dy,
    cudnnConvolutionDescriptor_t convDesc, cudnnFilterDescriptor_t dwDesc, void *dw, int requested,
    int *returned, Performance *results, void *workSpace, size_t workSpaceSizeInBytes) {
  return CALL(handle, xDesc, x, dyDesc, dy, convDesc, dwDesc, dw, requested, at(returned),
      workSpace, workSpaceSizeInBytes)
      .run([&] {
        return search({handle, Pass::filter, xDesc, dwDesc, convDesc, dyDesc}, requested, returned,
            results, dw, bytes_of(filters(), dwDesc));
      });
}
cudnnStatus_t cudnnGetConvolutionBackwardFilterWorkspaceSize(cudnnHandle_t handle,
    cudnnTensorDescriptor_t xDesc, cudnnTensorDescriptor_t dyDesc,
    cudnnConvolutionDescriptor_t convDesc, cudnnFilterDescriptor_t dwDesc, int algo,
    size_t *sizeInBytes) {
  return CALL(handle, xDesc, dyDesc, convDesc, dwDesc, algo, at(sizeInBytes)).run([&] {
    return workspace({handle, Pass::filter, xDesc, dwDesc, convDesc, dyDesc}, algo, sizeInBytes);
  });
}

}  // extern "C"
