// Runs a grid: one block after another, each thread of a block a fiber once it reaches a barrier.
#pragma once
#include <string>

#include "cuda.hpp"
#include "module_abi.h"

namespace quern {

struct Dimensions {
  unsigned x, y, z;
  size_t count() const { return size_t(x) * y * z; }
};

// The module's own variables are in use until it returns: one grid of a module at a time.
CUresult run_grid(const quern_module &module, const quern_kernel &kernel, Dimensions grid,
    Dimensions block, size_t dynamic_shared, void **arguments);

}  // namespace quern
