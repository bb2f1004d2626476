// libcudnn: whether a convolution's descriptors fit, and which algorithms there are for it. As with
// the real one, that depends: some have no kernel for a layout, groups or dilation, some want
// workspace, some give other bits each time.
#include "cudnn.hpp"

namespace quern {

int64_t output_size(int64_t size, int64_t filter, int pad, int stride, int dilation) {
  const int64_t room = size + 2 * pad - ((filter - 1) * dilation + 1);
  return room < 0 ? 0 : room / stride + 1;
}

cudnnStatus_t read_problem(cudnnTensorDescriptor_t x, cudnnFilterDescriptor_t w,
    cudnnConvolutionDescriptor_t conv, cudnnTensorDescriptor_t y, Problem &p) {
  const auto input = tensors().find(x), output = tensors().find(y);
  const auto filter = filters().find(w);
  const auto convolution = convolutions().find(conv);
  if (!input || !output || !filter || !convolution || !input->set || !output->set || !filter->set ||
      !convolution->set) {
    return refuse(CUDNN_STATUS_BAD_PARAM, "convolution: a descriptor is missing or empty");
  }
  p = {*input, *filter, *output, *convolution};
  const Convolution &c = p.conv;
  if (p.x.sizes.size() != 4 || p.w.sizes.size() != 4 || p.y.sizes.size() != 4) {
    return refuse(CUDNN_STATUS_NOT_SUPPORTED, "convolution: only two dimensions are imitated");
  }
  if (p.x.type != CUDNN_DATA_FLOAT || p.w.type != CUDNN_DATA_FLOAT ||
      p.y.type != CUDNN_DATA_FLOAT || c.type != CUDNN_DATA_FLOAT) {
    return refuse(CUDNN_STATUS_NOT_SUPPORTED, "convolution: only floats are imitated");
  }
  if (p.x.sizes[1] != p.w.sizes[1] * c.groups || p.w.sizes[0] % c.groups) {
    return refuse(CUDNN_STATUS_BAD_PARAM, "convolution: channels, filters and groups do not fit");
  }
  const std::vector<int64_t> expected = {p.x.sizes[0], p.w.sizes[0],
      output_size(p.x.sizes[2], p.w.sizes[2], c.pad_h, c.stride_h, c.dilation_h),
      output_size(p.x.sizes[3], p.w.sizes[3], c.pad_w, c.stride_w, c.dilation_w)};
  if (p.y.sizes != expected) {
    return refuse(CUDNN_STATUS_BAD_PARAM, "convolution: the output has another size");
  }
  return CUDNN_STATUS_SUCCESS;
}

int algorithm_count(Pass pass) {
  return pass == Pass::forward ? 8 : pass == Pass::data ? 6 : 7;
}

cudnnStatus_t find_algorithm(Pass pass, int number, const Problem &p, Algorithm &algorithm) {
  if (number < 0 || number >= algorithm_count(pass)) {
    return refuse(CUDNN_STATUS_BAD_PARAM, "convolution: no such algorithm");
  }
  const Convolution &c = p.conv;
  const bool last = p.x.format == CUDNN_TENSOR_NHWC;
  const int64_t r = p.w.sizes[2], s = p.w.sizes[3];
  const bool dense = c.dilation_h == 1 && c.dilation_w == 1;
  const bool dense_steps = dense && c.stride_h == 1 && c.stride_w == 1;
  const bool small = r == s && (r == 3 || r == 5);
  const size_t column = size_t(p.w.sizes[1] * r * s), pixels = size_t(p.y.sizes[2] * p.y.sizes[3]);
  if (p.x.format != p.y.format || p.x.format != p.w.format || (last && c.groups > 1) ||
      (pass != Pass::forward && last && !dense)) {
    return CUDNN_STATUS_NOT_SUPPORTED;
  }
  enum Kind {
    plain,
    indexed,
    lowered,
    direct,
    atomic,
    fourier,
    tiled_fourier,
    winograd,
    unfused_winograd
  };
  static const Kind forward[] = {
      plain, indexed, lowered, direct, fourier, tiled_fourier, winograd, unfused_winograd};
  static const Kind data[] = {atomic, indexed, fourier, tiled_fourier, winograd, unfused_winograd};
  static const Kind filter[] = {
      atomic, indexed, fourier, atomic, direct, unfused_winograd, tiled_fourier};
  const Kind kind = pass == Pass::forward ? forward[number]
                    : pass == Pass::data  ? data[number]
                                          : filter[number];
  bool supported = true;
  switch (kind) {
    case plain: algorithm = {Exactness::exact, 0, 3}; break;
    case indexed: algorithm = {Exactness::exact, 4 * (pixels + column), 2}; break;
    case lowered:
      algorithm = {Exactness::exact, 4 * column * pixels, 4};
      supported = !last && dense && c.groups == 1;
      break;
    case direct: supported = false; break;  // has never had a kernel
    case atomic: algorithm = {Exactness::random, size_t(number == 3 ? 1024 : 0), 1.5f}; break;
    case fourier:
      algorithm = {Exactness::transformed, 64 * column * pixels, 5};
      supported = !last && dense_steps && c.groups == 1 && r > 1 && s > 1 &&
                  p.x.sizes[2] + 2 * c.pad_h <= 256;
      break;
    case tiled_fourier:
      algorithm = {Exactness::transformed, 16 * column * pixels, 6};
      supported = !last && dense_steps && c.groups == 1 && r <= 32 && s <= 32;
      break;
    case winograd:
      algorithm = {Exactness::transformed, 0, 1};
      supported = !last && dense_steps && small && r == 3 && c.groups == 1;
      break;
    case unfused_winograd:
      algorithm = {Exactness::transformed, 8 * column * pixels, 1.2f};
      supported = dense_steps && small && c.groups == 1;
      break;
  }
  return supported ? CUDNN_STATUS_SUCCESS : CUDNN_STATUS_NOT_SUPPORTED;
}

}  // namespace quern
