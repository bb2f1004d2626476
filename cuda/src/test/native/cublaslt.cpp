// libcublasLt: handles, descriptors and the choice of an algorithm. The product itself:
// cublaslt_matmul.cpp.
#include "cublaslt.hpp"

namespace quern {

Objects<cublasLtHandle_t, int> &lt_handles() {
  static auto &all = *new Objects<cublasLtHandle_t, int>(0xb7);
  return all;
}

namespace {

Objects<void *, Attributes> &objects() {
  static auto &all = *new Objects<void *, Attributes>(0xbd);
  return all;
}

struct Known {
  int attribute;
  size_t bytes;
};

// The attributes that there are, with the sizes of their values.
const std::vector<Known> &known(Kind kind) {
  static const std::vector<Known> all[] = {
      {{DESC_COMPUTE_TYPE, 4}, {DESC_SCALE_TYPE, 4}, {DESC_POINTER_MODE, 4}, {DESC_TRANSA, 4},
          {DESC_TRANSB, 4}, {DESC_TRANSC, 4}, {DESC_FILL_MODE, 4}, {DESC_EPILOGUE, 4},
          {DESC_BIAS_POINTER, 8}, {DESC_BIAS_BATCH_STRIDE, 8}, {DESC_AUX_POINTER, 8},
          {DESC_AUX_LD, 8}, {DESC_AUX_BATCH_STRIDE, 8}, {DESC_SM_COUNT_TARGET, 4},
          {DESC_BIAS_DATA_TYPE, 4}},
      {{LAYOUT_TYPE, 4}, {LAYOUT_ORDER, 4}, {LAYOUT_ROWS, 8}, {LAYOUT_COLS, 8}, {LAYOUT_LD, 8},
          {LAYOUT_BATCH_COUNT, 4}, {LAYOUT_STRIDE, 8}},
      {{PREF_SEARCH_MODE, 4}, {PREF_MAX_WORKSPACE_BYTES, 8}, {PREF_REDUCTION_SCHEME_MASK, 4},
          {PREF_MIN_ALIGNMENT_A, 4}, {PREF_MIN_ALIGNMENT_B, 4}, {PREF_MIN_ALIGNMENT_C, 4},
          {PREF_MIN_ALIGNMENT_D, 4}, {PREF_MAX_WAVES_COUNT, 4}, {PREF_IMPL_MASK, 8}}};
  return all[int(kind)];
}

bool valid(Kind kind, int attribute, int64_t value) {
  if (kind == Kind::layout) {
    switch (attribute) {
      case LAYOUT_ORDER: return value == ORDER_COL || value == ORDER_ROW;
      case LAYOUT_BATCH_COUNT: return value > 0;
      default: return true;
    }
  }
  if (kind == Kind::descriptor) {
    switch (attribute) {
      case DESC_TRANSA:
      case DESC_TRANSB: return is_operation(int(value));
      case DESC_POINTER_MODE: return value == 0 || value == 1;
      default: return true;
    }
  }
  return true;
}

cublasStatus_t set(Kind kind, void *handle, int attribute, const void *buffer, size_t bytes) {
  const auto object = lt_object(kind, handle);
  if (!object || !buffer) {
    return CUBLAS_STATUS_INVALID_VALUE;
  }
  for (const Known &one : known(kind)) {
    if (one.attribute == attribute && one.bytes == bytes) {
      const int64_t value = read_value(buffer, bytes);
      if (!valid(kind, attribute, value)) {
        return CUBLAS_STATUS_INVALID_VALUE;
      }
      object->values[attribute] = value;
      return CUBLAS_STATUS_SUCCESS;
    }
  }
  note(format("cublasLt: there is no attribute %d of %zu bytes", attribute, bytes));
  return CUBLAS_STATUS_INVALID_VALUE;
}

void *create(Kind kind, std::map<int, int64_t> values) {
  return objects().add(std::make_shared<Attributes>(Attributes{kind, std::move(values)}));
}

cublasStatus_t destroy(Kind kind, void *handle) {
  return lt_object(kind, handle) && objects().remove(handle) ? CUBLAS_STATUS_SUCCESS
                                                             : CUBLAS_STATUS_INVALID_VALUE;
}

}  // namespace

std::shared_ptr<Attributes> lt_object(Kind kind, void *handle) {
  const auto object = objects().find(handle);
  return object && object->kind == kind ? object : nullptr;
}

int64_t read_value(const void *buffer, size_t bytes) {
  int64_t value = 0;
  int32_t small = 0;
  memcpy(bytes == 8 ? static_cast<void *>(&value) : &small, buffer, bytes);
  return bytes == 8 ? value : small;
}

}  // namespace quern

using namespace quern;

namespace {

// Of a log: an attribute's value.
long long value_of(const void *buffer, size_t bytes) {
  return buffer && (bytes == 4 || bytes == 8) ? read_value(buffer, bytes) : 0;
}

}  // namespace

extern "C" {

cublasStatus_t cublasLtCreate(cublasLtHandle_t *lightHandle) {
  return CALL(at(lightHandle)).run([&] {
    if (!lightHandle) {
      return CUBLAS_STATUS_INVALID_VALUE;
    }
    if (unordered_state(false)) {
      return CUBLAS_STATUS_NOT_INITIALIZED;
    }
    *lightHandle = lt_handles().add(std::make_shared<int>());
    return CUBLAS_STATUS_SUCCESS;
  });
}

cublasStatus_t cublasLtDestroy(cublasLtHandle_t lightHandle) {
  return CALL(lightHandle).run([&] {
    return lt_handles().remove(lightHandle) ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_NOT_INITIALIZED;
  });
}

size_t cublasLtGetVersion() {
  return size_t(blas_version(0) * 10000 + blas_version(1) * 100 + blas_version(2));
}

size_t cublasLtGetCudartVersion() {
  return CUDA_MAJOR == 12 ? 12060 : 13000;
}

cublasStatus_t cublasLtGetProperty(int type, int *value) {
  return CALL(type, at(value)).run([&] {
    if (!value || blas_version(type) < 0) {
      return CUBLAS_STATUS_INVALID_VALUE;
    }
    *value = blas_version(type);
    return CUBLAS_STATUS_SUCCESS;
  });
}

const char *cublasLtGetStatusName(cublasStatus_t status) {
  return blas_status_name(status);
}

const char *cublasLtGetStatusString(cublasStatus_t status) {
  return blas_status_text(status);
}

cublasStatus_t cublasLtMatmulDescCreate(void **matmulDesc, int computeType, int scaleType) {
  return CALL(at(matmulDesc), computeType, scaleType).run([&] {
    if (!matmulDesc) {
      return CUBLAS_STATUS_INVALID_VALUE;
    }
    *matmulDesc =
        create(Kind::descriptor, {{DESC_COMPUTE_TYPE, computeType}, {DESC_SCALE_TYPE, scaleType},
                                     {DESC_EPILOGUE, EPILOGUE_DEFAULT}, {DESC_BIAS_DATA_TYPE, -1}});
    return CUBLAS_STATUS_SUCCESS;
  });
}

cublasStatus_t cublasLtMatmulDescSetAttribute(
    void *matmulDesc, int attr, const void *buf, size_t sizeInBytes) {
  const long long value = value_of(buf, sizeInBytes);
  return CALL(matmulDesc, attr, value, sizeInBytes).run([&] {
    return set(Kind::descriptor, matmulDesc, attr, buf, sizeInBytes);
  });
}

cublasStatus_t cublasLtMatmulDescDestroy(void *matmulDesc) {
  return CALL(matmulDesc).run([&] { return destroy(Kind::descriptor, matmulDesc); });
}

cublasStatus_t cublasLtMatrixLayoutCreate(
    void **matLayout, int type, uint64_t rows, uint64_t cols, int64_t ld) {
  return CALL(at(matLayout), type, rows, cols, ld).run([&] {
    if (!matLayout) {
      return CUBLAS_STATUS_INVALID_VALUE;
    }
    *matLayout = create(
        Kind::layout, {{LAYOUT_TYPE, type}, {LAYOUT_ORDER, ORDER_COL}, {LAYOUT_ROWS, int64_t(rows)},
                          {LAYOUT_COLS, int64_t(cols)}, {LAYOUT_LD, ld}, {LAYOUT_BATCH_COUNT, 1}});
    return CUBLAS_STATUS_SUCCESS;
  });
}

cublasStatus_t cublasLtMatrixLayoutSetAttribute(
    void *matLayout, int attr, const void *buf, size_t sizeInBytes) {
  const long long value = value_of(buf, sizeInBytes);
  return CALL(matLayout, attr, value, sizeInBytes).run([&] {
    return set(Kind::layout, matLayout, attr, buf, sizeInBytes);
  });
}

cublasStatus_t cublasLtMatrixLayoutDestroy(void *matLayout) {
  return CALL(matLayout).run([&] { return destroy(Kind::layout, matLayout); });
}

cublasStatus_t cublasLtMatmulPreferenceCreate(void **pref) {
  return CALL(at(pref)).run([&] {
    if (!pref) {
      return CUBLAS_STATUS_INVALID_VALUE;
    }
    *pref = create(Kind::preference, {{PREF_MIN_ALIGNMENT_A, 256}, {PREF_MIN_ALIGNMENT_B, 256},
                                         {PREF_MIN_ALIGNMENT_C, 256}, {PREF_MIN_ALIGNMENT_D, 256}});
    return CUBLAS_STATUS_SUCCESS;
  });
}

cublasStatus_t cublasLtMatmulPreferenceSetAttribute(
    void *pref, int attr, const void *buf, size_t sizeInBytes) {
  const long long value = value_of(buf, sizeInBytes);
  return CALL(pref, attr, value, sizeInBytes).run([&] {
    return set(Kind::preference, pref, attr, buf, sizeInBytes);
  });
}

cublasStatus_t cublasLtMatmulPreferenceDestroy(void *pref) {
  return CALL(pref).run([&] { return destroy(Kind::preference, pref); });
}

}  // extern "C"
