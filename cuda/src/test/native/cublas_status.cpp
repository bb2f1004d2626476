#include "cublas.hpp"

namespace quern {

const char *blas_status_name(int status) {
  switch (status) {
    case 0: return "CUBLAS_STATUS_SUCCESS";
    case 1: return "CUBLAS_STATUS_NOT_INITIALIZED";
    case 3: return "CUBLAS_STATUS_ALLOC_FAILED";
    case 7: return "CUBLAS_STATUS_INVALID_VALUE";
    case 8: return "CUBLAS_STATUS_ARCH_MISMATCH";
    case 11: return "CUBLAS_STATUS_MAPPING_ERROR";
    case 13: return "CUBLAS_STATUS_EXECUTION_FAILED";
    case 14: return "CUBLAS_STATUS_INTERNAL_ERROR";
    case 15: return "CUBLAS_STATUS_NOT_SUPPORTED";
    case 16: return "CUBLAS_STATUS_LICENSE_ERROR";
    default: return "CUBLAS_STATUS_UNKNOWN";
  }
}

const char *blas_status_text(int status) {
  switch (status) {
    case 0: return "success";
    case 1: return "the library was not initialized";
    case 3: return "the resource allocation failed";
    case 7: return "an unsupported value or parameter was passed to the function";
    case 8:
      return "the requested functionality requires a feature absent from the device architecture";
    case 11: return "an access to GPU memory space failed";
    case 13: return "the function failed to launch on the GPU";
    case 14: return "an internal operation failed";
    case 15: return "the functionality requested is not supported";
    case 16: return "the functionality requested requires some license";
    default: return "unknown status";
  }
}

int blas_version(int property) {
  static const int version[] = {CUDA_MAJOR, CUDA_MAJOR == 12 ? 6 : 0, CUDA_MAJOR == 12 ? 4 : 2};
  return property >= 0 && property < 3 ? version[property] : -1;
}

}  // namespace quern
