// cuBLASLt's numbers, and the objects that describe a product: attributes by number.
#pragma once
#include <map>
#include <memory>
#include <vector>

#include "cublas.hpp"

typedef struct cublasLtContext *cublasLtHandle_t;

namespace quern {

enum { ORDER_COL = 0, ORDER_ROW = 1 };

// cublasLtMatmulDescAttributes_t
enum {
  DESC_COMPUTE_TYPE = 0,
  DESC_SCALE_TYPE = 1,
  DESC_POINTER_MODE = 2,
  DESC_TRANSA = 3,
  DESC_TRANSB = 4,
  DESC_TRANSC = 5,
  DESC_FILL_MODE = 6,
  DESC_EPILOGUE = 7,
  DESC_BIAS_POINTER = 8,
  DESC_BIAS_BATCH_STRIDE = 10,
  DESC_AUX_POINTER = 11,
  DESC_AUX_LD = 12,
  DESC_AUX_BATCH_STRIDE = 13,
  DESC_SM_COUNT_TARGET = 15,
  DESC_BIAS_DATA_TYPE = 26
};

// cublasLtMatrixLayoutAttribute_t
enum {
  LAYOUT_TYPE = 0,
  LAYOUT_ORDER = 1,
  LAYOUT_ROWS = 2,
  LAYOUT_COLS = 3,
  LAYOUT_LD = 4,
  LAYOUT_BATCH_COUNT = 5,
  LAYOUT_STRIDE = 6
};

// cublasLtMatmulPreferenceAttributes_t
enum {
  PREF_SEARCH_MODE = 0,
  PREF_MAX_WORKSPACE_BYTES = 1,
  PREF_REDUCTION_SCHEME_MASK = 3,
  PREF_MIN_ALIGNMENT_A = 5,
  PREF_MIN_ALIGNMENT_B = 6,
  PREF_MIN_ALIGNMENT_C = 7,
  PREF_MIN_ALIGNMENT_D = 8,
  PREF_MAX_WAVES_COUNT = 9,
  PREF_IMPL_MASK = 12
};

// cublasLtEpilogue_t: the default, or a sum of some of these.
enum {
  EPILOGUE_DEFAULT = 1,
  EPILOGUE_RELU = 2,
  EPILOGUE_BIAS = 4,
  EPILOGUE_DRELU_BIT = 8,
  EPILOGUE_BGRAD_BIT = 16,
  EPILOGUE_AUX_BIT = 128,
  EPILOGUE_DRELU = EPILOGUE_DRELU_BIT | EPILOGUE_AUX_BIT,
  EPILOGUE_BGRADA = 256,
  EPILOGUE_BGRADB = 512
};

enum class Kind { descriptor, layout, preference };

struct Attributes {
  Kind kind;
  std::map<int, int64_t> values;
  int64_t operator[](int attribute) const {
    const auto found = values.find(attribute);
    return found == values.end() ? 0 : found->second;
  }
};

std::shared_ptr<Attributes> lt_object(Kind kind, void *handle);
int64_t read_value(const void *buffer, size_t bytes);
Objects<cublasLtHandle_t, int> &lt_handles();

}  // namespace quern
