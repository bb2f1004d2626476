// Between the entry points of the imitated NVRTC and its compiler.
#pragma once
#include <string>
#include <utility>
#include <vector>

namespace quern {

enum NvrtcStatus {
  NVRTC_SUCCESS = 0,
  NVRTC_ERROR_OUT_OF_MEMORY = 1,
  NVRTC_ERROR_PROGRAM_CREATION_FAILURE = 2,
  NVRTC_ERROR_INVALID_INPUT = 3,
  NVRTC_ERROR_INVALID_PROGRAM = 4,
  NVRTC_ERROR_INVALID_OPTION = 5,
  NVRTC_ERROR_COMPILATION = 6,
  NVRTC_ERROR_INTERNAL_ERROR = 11
};

struct Program {
  std::string source, name;
  std::vector<std::pair<std::string, std::string>> headers;  // name and text
  bool compiled = false;
  std::string log, cubin, ptx;
};

struct Options {
  int compute = CUDA_MAJOR == 12 ? 52 : 75;
  bool real = false;                // sm_ rather than compute_
  std::vector<std::string> macros;  // -D and -U, as g++ has them
  std::string standard = "-std=c++17";
};

// nvrtc_options.cpp
const std::vector<int> &architectures();
bool starts(const std::string &text, const char *with, std::string *rest = nullptr);
NvrtcStatus read_options(const std::vector<std::string> &list, Options &options, std::string &log);

// nvrtc_source.cpp
struct Found {
  std::string name, bounds;
};
std::vector<Found> kernels_of(std::string text);
void replace_dynamic_shared(std::string &text);
std::string entries(const std::vector<Found> &kernels);

// nvrtc_compile.cpp

// Fills in log, cubin and ptx.
NvrtcStatus compile(Program &program, const std::vector<std::string> &options);

}  // namespace quern
