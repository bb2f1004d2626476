// libcudnn: handles and descriptors.
#include "cudnn.hpp"

namespace quern {

Objects<cudnnHandle_t, Dnn> &dnn_handles() {
  static auto &all = *new Objects<cudnnHandle_t, Dnn>(0xd0);
  return all;
}
Objects<cudnnTensorDescriptor_t, Shape> &tensors() {
  static auto &all = *new Objects<cudnnTensorDescriptor_t, Shape>(0xd1);
  return all;
}
Objects<cudnnFilterDescriptor_t, Shape> &filters() {
  static auto &all = *new Objects<cudnnFilterDescriptor_t, Shape>(0xd2);
  return all;
}
Objects<cudnnConvolutionDescriptor_t, Convolution> &convolutions() {
  static auto &all = *new Objects<cudnnConvolutionDescriptor_t, Convolution>(0xd3);
  return all;
}
Objects<cudnnActivationDescriptor_t, Activation> &activations() {
  static auto &all = *new Objects<cudnnActivationDescriptor_t, Activation>(0xd4);
  return all;
}

size_t Shape::bytes() const {
  int64_t last = 0;
  for (size_t i = 0; i < sizes.size(); i++) {
    last += (sizes[i] - 1) * strides[i];
  }
  return size_t(last + 1) * sizeof(float);
}

namespace {

thread_local std::string last_error;

// Packed, in the order of the format: [n, c, h, w], or channels last.
std::vector<int64_t> packed(const std::vector<int64_t> &sizes, int format) {
  std::vector<int64_t> strides(sizes.size());
  int64_t next = 1;
  if (format == CUDNN_TENSOR_NHWC) {
    strides[1] = 1;
    next = sizes[1];
  }
  for (size_t i = sizes.size(); i-- > 0;) {
    if (i != 1 || format == CUDNN_TENSOR_NCHW) {
      strides[i] = next;
      next *= sizes[i];
    }
  }
  return strides;
}

cudnnStatus_t describe(
    Shape *shape, int type, int format, std::vector<int64_t> sizes, std::vector<int64_t> strides) {
  if (!shape) {
    return refuse(CUDNN_STATUS_BAD_PARAM, "no such descriptor");
  }
  if (type < 0 || type > 14 || format < 0 || format > 2 || sizes.size() < 3 || sizes.size() > 8) {
    return refuse(CUDNN_STATUS_BAD_PARAM, "no such type, format or number of dimensions");
  }
  for (const auto &list : {sizes, strides}) {
    for (const int64_t one : list) {
      if (one <= 0) {
        return refuse(CUDNN_STATUS_BAD_PARAM, "sizes and strides must be positive");
      }
    }
  }
  if (format == 2) {
    return refuse(CUDNN_STATUS_NOT_SUPPORTED, "NCHW_VECT_C is not imitated");
  }
  if (strides.empty()) {
    strides = packed(sizes, format);
  }
  *shape = {true, type, format, sizes, strides};
  return CUDNN_STATUS_SUCCESS;
}

// What is not packed in rows of channels counts as NCHW.
int format_of(const std::vector<int64_t> &sizes, const std::vector<int64_t> &strides) {
  return sizes[1] > 1 && strides[1] == 1 ? CUDNN_TENSOR_NHWC : CUDNN_TENSOR_NCHW;
}

std::vector<int64_t> list(int count, const int *values) {
  return values && count > 0 && count <= 8 ? std::vector<int64_t>(values, values + count)
                                           : std::vector<int64_t>();
}

template <class T, class Handle>
cudnnStatus_t create(Objects<Handle, T> &registry, Handle *out) {
  if (!out) {
    return refuse(CUDNN_STATUS_BAD_PARAM, "nowhere to write to");
  }
  *out = registry.add(std::make_shared<T>());
  return CUDNN_STATUS_SUCCESS;
}

template <class T, class Handle>
cudnnStatus_t destroy(Objects<Handle, T> &registry, Handle handle) {
  return !handle || registry.remove(handle) ? CUDNN_STATUS_SUCCESS
                                            : refuse(CUDNN_STATUS_BAD_PARAM, "no such descriptor");
}

std::string text(const Shape *shape) {
  if (!shape || !shape->set) {
    return "?";
  }
  std::string all = shape->format == CUDNN_TENSOR_NHWC ? "{NHWC" : "{NCHW";
  for (const int64_t size : shape->sizes) {
    all += " " + std::to_string(size);
  }
  if (shape->strides != packed(shape->sizes, shape->format)) {
    all += " /";
    for (const int64_t stride : shape->strides) {
      all += " " + std::to_string(stride);
    }
  }
  return all + "}";
}

int version() {
  return int(number_setting("QUERN_FAKE_CUDNN", CUDA_MAJOR == 12 ? 90501 : 91900));
}

}  // namespace

cudnnStatus_t refuse(cudnnStatus_t status, const std::string &reason) {
  last_error = reason;
  if (status != CUDNN_STATUS_NOT_SUPPORTED) {  // for which callers may ask
    note("cudnn: " + reason);
  }
  return status;
}

}  // namespace quern

using namespace quern;

std::string shown(cudnnTensorDescriptor_t descriptor) {
  return text(tensors().find(descriptor).get());
}
std::string shown(cudnnFilterDescriptor_t descriptor) {
  return text(filters().find(descriptor).get());
}
std::string shown(cudnnConvolutionDescriptor_t descriptor) {
  const auto c = convolutions().find(descriptor);
  return c ? format("{pad %d %d stride %d %d dilation %d %d mode %d groups %d math %d}", c->pad_h,
                 c->pad_w, c->stride_h, c->stride_w, c->dilation_h, c->dilation_w, c->mode,
                 c->groups, c->math)
           : "?";
}

extern "C" {

size_t cudnnGetVersion() {
  return size_t(version());
}

size_t cudnnGetCudartVersion() {
  return CUDA_MAJOR == 12 ? 12060 : 13000;
}

cudnnStatus_t cudnnGetProperty(int type, int *value) {
  return CALL(type, at(value)).run([&] {
    if (!value || type < 0 || type > 2) {
      return refuse(CUDNN_STATUS_BAD_PARAM, "no such property");
    }
    *value = type == 0 ? version() / 10000 : type == 1 ? version() / 100 % 100 : version() % 100;
    return CUDNN_STATUS_SUCCESS;
  });
}

const char *cudnnGetErrorString(cudnnStatus_t status) {
  switch (int(status)) {
    case 0: return "CUDNN_STATUS_SUCCESS";
    case 1001: return "CUDNN_STATUS_NOT_INITIALIZED";
    case 2000: return "CUDNN_STATUS_BAD_PARAM";
    case 3000: return "CUDNN_STATUS_NOT_SUPPORTED";
    case 4000: return "CUDNN_STATUS_INTERNAL_ERROR";
    case 4003: return "CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED";
    case 5000: return "CUDNN_STATUS_EXECUTION_FAILED";
    default: return "CUDNN_UNKNOWN_STATUS";
  }
}

void cudnnGetLastErrorString(char *message, size_t max_size) {
  if (message && max_size) {
    snprintf(message, max_size, "%s", last_error.c_str());
  }
}

cudnnStatus_t cudnnCreate(cudnnHandle_t *handle) {
  return CALL(at(handle)).run([&] {
    return unordered_state(false) ? refuse(CUDNN_STATUS_NOT_INITIALIZED,
                                        "no context, or one with an error or a capture")
                                  : create(dnn_handles(), handle);
  });
}

cudnnStatus_t cudnnDestroy(cudnnHandle_t handle) {
  return CALL(handle).run([&] {
    if (!dnn_handles().remove(handle)) {
      return refuse(CUDNN_STATUS_BAD_PARAM, "no such handle");
    }
    return unordered_state(true) ? CUDNN_STATUS_EXECUTION_FAILED : CUDNN_STATUS_SUCCESS;
  });
}

cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, CUstream streamId) {
  return CALL(handle, streamId).run([&] {
    const auto dnn = dnn_handles().find(handle);
    if (!dnn || !is_stream(streamId)) {
      return refuse(CUDNN_STATUS_BAD_PARAM, "no such handle or stream");
    }
    dnn->stream = streamId;
    return CUDNN_STATUS_SUCCESS;
  });
}

cudnnStatus_t cudnnGetStream(cudnnHandle_t handle, CUstream *streamId) {
  return CALL(handle, at(streamId)).run([&] {
    const auto dnn = dnn_handles().find(handle);
    if (!dnn || !streamId) {
      return refuse(CUDNN_STATUS_BAD_PARAM, "no such handle");
    }
    *streamId = dnn->stream;
    return CUDNN_STATUS_SUCCESS;
  });
}

cudnnStatus_t cudnnCreateTensorDescriptor(cudnnTensorDescriptor_t *tensorDesc) {
  return CALL().run([&] { return create(tensors(), tensorDesc); });
}

cudnnStatus_t cudnnSetTensor4dDescriptor(
    cudnnTensorDescriptor_t tensorDesc, int format, int dataType, int n, int c, int h, int w) {
  return CALL(format, dataType, n, c, h, w).run([&] {
    return describe(tensors().find(tensorDesc).get(), dataType, format, {n, c, h, w}, {});
  });
}

cudnnStatus_t cudnnSetTensor4dDescriptorEx(cudnnTensorDescriptor_t tensorDesc, int dataType, int n,
    int c, int h, int w, int nStride, int cStride, int hStride, int wStride) {
  return CALL(dataType, n, c, h, w, nStride, cStride, hStride, wStride).run([&] {
    const std::vector<int64_t> sizes = {n, c, h, w}, strides = {nStride, cStride, hStride, wStride};
    return describe(
        tensors().find(tensorDesc).get(), dataType, format_of(sizes, strides), sizes, strides);
  });
}

cudnnStatus_t cudnnGetTensor4dDescriptor(cudnnTensorDescriptor_t tensorDesc, int *dataType, int *n,
    int *c, int *h, int *w, int *nStride, int *cStride, int *hStride, int *wStride) {
  return CALL(tensorDesc).run([&] {
    const auto shape = tensors().find(tensorDesc);
    if (!shape || !shape->set || shape->sizes.size() != 4) {
      return refuse(CUDNN_STATUS_BAD_PARAM, "no such descriptor");
    }
    *dataType = shape->type;
    int *const sizes[] = {n, c, h, w}, *const strides[] = {nStride, cStride, hStride, wStride};
    for (size_t i = 0; i < 4; i++) {
      *sizes[i] = int(shape->sizes[i]);
      *strides[i] = int(shape->strides[i]);
    }
    return CUDNN_STATUS_SUCCESS;
  });
}

cudnnStatus_t cudnnSetTensorNdDescriptor(cudnnTensorDescriptor_t tensorDesc, int dataType,
    int nbDims, const int *dimA, const int *strideA) {
  return CALL(dataType, nbDims).run([&] {
    const std::vector<int64_t> sizes = list(nbDims, dimA), strides = list(nbDims, strideA);
    if (sizes.size() < 3 || strides.empty()) {
      return refuse(CUDNN_STATUS_BAD_PARAM, "no sizes or strides");
    }
    return describe(
        tensors().find(tensorDesc).get(), dataType, format_of(sizes, strides), sizes, strides);
  });
}

cudnnStatus_t cudnnSetTensorNdDescriptorEx(
    cudnnTensorDescriptor_t tensorDesc, int format, int dataType, int nbDims, const int *dimA) {
  return CALL(format, dataType, nbDims).run([&] {
    return describe(tensors().find(tensorDesc).get(), dataType, format, list(nbDims, dimA), {});
  });
}

cudnnStatus_t cudnnGetTensorSizeInBytes(cudnnTensorDescriptor_t tensorDesc, size_t *size) {
  return CALL(tensorDesc, at(size)).run([&] {
    const auto shape = tensors().find(tensorDesc);
    if (!shape || !shape->set || !size) {
      return refuse(CUDNN_STATUS_BAD_PARAM, "no such descriptor");
    }
    *size = shape->bytes();
    return CUDNN_STATUS_SUCCESS;
  });
}

cudnnStatus_t cudnnDestroyTensorDescriptor(cudnnTensorDescriptor_t tensorDesc) {
  return CALL().run([&] { return destroy(tensors(), tensorDesc); });
}

cudnnStatus_t cudnnCreateFilterDescriptor(cudnnFilterDescriptor_t *filterDesc) {
  return CALL().run([&] { return create(filters(), filterDesc); });
}

cudnnStatus_t cudnnSetFilter4dDescriptor(
    cudnnFilterDescriptor_t filterDesc, int dataType, int format, int k, int c, int h, int w) {
  return CALL(dataType, format, k, c, h, w).run([&] {
    return describe(filters().find(filterDesc).get(), dataType, format, {k, c, h, w}, {});
  });
}

cudnnStatus_t cudnnSetFilterNdDescriptor(cudnnFilterDescriptor_t filterDesc, int dataType,
    int format, int nbDims, const int *filterDimA) {
  return CALL(dataType, format, nbDims).run([&] {
    return describe(
        filters().find(filterDesc).get(), dataType, format, list(nbDims, filterDimA), {});
  });
}

cudnnStatus_t cudnnDestroyFilterDescriptor(cudnnFilterDescriptor_t filterDesc) {
  return CALL().run([&] { return destroy(filters(), filterDesc); });
}

cudnnStatus_t cudnnCreateConvolutionDescriptor(cudnnConvolutionDescriptor_t *convDesc) {
  return CALL().run([&] { return create(convolutions(), convDesc); });
}

cudnnStatus_t cudnnSetConvolution2dDescriptor(cudnnConvolutionDescriptor_t convDesc, int pad_h,
    int pad_w, int u, int v, int dilation_h, int dilation_w, int mode, int computeType) {
  return CALL(pad_h, pad_w, u, v, dilation_h, dilation_w, mode, computeType).run([&] {
    const auto conv = convolutions().find(convDesc);
    if (!conv || pad_h < 0 || pad_w < 0 || u <= 0 || v <= 0 || dilation_h <= 0 || dilation_w <= 0 ||
        mode < 0 || mode > 1) {
      return refuse(CUDNN_STATUS_BAD_PARAM,
          "convolution: padding below 0, or strides or dilations that are not positive");
    }
    *conv = {true, pad_h, pad_w, u, v, dilation_h, dilation_w, mode, conv->groups, conv->math,
        computeType};
    return CUDNN_STATUS_SUCCESS;
  });
}

cudnnStatus_t cudnnSetConvolutionGroupCount(cudnnConvolutionDescriptor_t convDesc, int groupCount) {
  return CALL(groupCount).run([&] {
    const auto conv = convolutions().find(convDesc);
    if (!conv || groupCount <= 0) {
      return refuse(CUDNN_STATUS_BAD_PARAM, "convolution: groups");
    }
    conv->groups = groupCount;
    return CUDNN_STATUS_SUCCESS;
  });
}

cudnnStatus_t cudnnSetConvolutionMathType(cudnnConvolutionDescriptor_t convDesc, int mathType) {
  return CALL(mathType).run([&] {
    const auto conv = convolutions().find(convDesc);
    if (!conv || mathType < 0 || mathType > CUDNN_FMA_MATH) {
      return refuse(CUDNN_STATUS_BAD_PARAM, "convolution: math type");
    }
    conv->math = mathType;
    return CUDNN_STATUS_SUCCESS;
  });
}

cudnnStatus_t cudnnDestroyConvolutionDescriptor(cudnnConvolutionDescriptor_t convDesc) {
  return CALL().run([&] { return destroy(convolutions(), convDesc); });
}

cudnnStatus_t cudnnCreateActivationDescriptor(cudnnActivationDescriptor_t *activationDesc) {
  return CALL().run([&] { return create(activations(), activationDesc); });
}

cudnnStatus_t cudnnSetActivationDescriptor(
    cudnnActivationDescriptor_t activationDesc, int mode, int reluNanOpt, double coef) {
  return CALL(mode, reluNanOpt, coef).run([&] {
    const auto activation = activations().find(activationDesc);
    if (!activation || mode < 0 || mode > 6 || reluNanOpt < 0 || reluNanOpt > 1) {
      return refuse(CUDNN_STATUS_BAD_PARAM, "activation");
    }
    *activation = {true, mode, reluNanOpt, coef};
    return CUDNN_STATUS_SUCCESS;
  });
}

cudnnStatus_t cudnnDestroyActivationDescriptor(cudnnActivationDescriptor_t activationDesc) {
  return CALL().run([&] { return destroy(activations(), activationDesc); });
}

}  // extern "C"
