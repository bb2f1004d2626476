// Modules and their functions, to launch.
#pragma once
#include <map>
#include <string>

#include "driver.hpp"
#include "fibers.hpp"

namespace quern {

struct Module {
  Context *context = nullptr;
  void *library = nullptr;
  int file = -1;
  const quern_module *content = nullptr;
  std::map<std::string, size_t> shared_bytes;  // of each kernel, static
  int compute = 0;
  std::map<std::string, CUfunction> functions;
  std::mutex running;  // the library's variables are one grid's at a time
  ~Module();
};

struct Function {
  std::shared_ptr<Module> module;
  CUmodule handle = nullptr;
  const quern_kernel *kernel = nullptr;
  size_t shared_bytes = 0;
  int max_dynamic_shared = 48 << 10, carveout = -1;
};

// Up to this many threads a block may have.
inline int max_threads(const Function &function) {
  return function.kernel->max_threads ? int(function.kernel->max_threads) : 1024;
}

}  // namespace quern
