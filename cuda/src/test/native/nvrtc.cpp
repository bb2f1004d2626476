// libnvrtc: the entry points.
#include "nvrtc.hpp"

#include <map>
#include <memory>
#include <mutex>

#include "calls.hpp"

using namespace quern;

typedef NvrtcStatus nvrtcResult;
typedef struct _nvrtcProgram *nvrtcProgram;

namespace {

std::mutex mutex;
std::map<nvrtcProgram, std::shared_ptr<Program>> &programs() {
  static auto &all = *new std::map<nvrtcProgram, std::shared_ptr<Program>>;
  return all;
}

std::shared_ptr<Program> find(nvrtcProgram handle) {
  const std::lock_guard<std::mutex> lock(mutex);
  const auto found = programs().find(handle);
  return found == programs().end() ? nullptr : found->second;
}

// The text is asked for only after a compilation, of which all but the log must have gone well.
nvrtcResult size_of(nvrtcProgram handle, std::string Program::*text, size_t extra, size_t *size) {
  const auto program = find(handle);
  if (!program) {
    return NVRTC_ERROR_INVALID_PROGRAM;
  }
  if (!size) {
    return NVRTC_ERROR_INVALID_INPUT;
  }
  *size = ((*program).*text).size() + extra;
  return NVRTC_SUCCESS;
}

nvrtcResult copy_of(nvrtcProgram handle, std::string Program::*text, size_t extra, char *out) {
  const auto program = find(handle);
  if (!program) {
    return NVRTC_ERROR_INVALID_PROGRAM;
  }
  const std::string &from = (*program).*text;
  if (!out || (!extra && from.empty())) {
    return NVRTC_ERROR_INVALID_INPUT;
  }
  memcpy(out, from.c_str(), from.size() + extra);
  return NVRTC_SUCCESS;
}

}  // namespace

extern "C" {

nvrtcResult nvrtcVersion(int *major, int *minor) {
  return CALL(at(major), at(minor)).run([&] {
    if (!major || !minor) {
      return NVRTC_ERROR_INVALID_INPUT;
    }
    *major = CUDA_MAJOR;
    *minor = CUDA_MAJOR == 12 ? 6 : 0;
    return NVRTC_SUCCESS;
  });
}

nvrtcResult nvrtcGetNumSupportedArchs(int *numArchs) {
  return CALL(at(numArchs)).run([&] {
    if (!numArchs) {
      return NVRTC_ERROR_INVALID_INPUT;
    }
    *numArchs = int(architectures().size());
    return NVRTC_SUCCESS;
  });
}

nvrtcResult nvrtcGetSupportedArchs(int *supportedArchs) {
  return CALL().run([&] {
    if (!supportedArchs) {
      return NVRTC_ERROR_INVALID_INPUT;
    }
    for (const int architecture : architectures()) {
      *supportedArchs++ = architecture;
    }
    return NVRTC_SUCCESS;
  });
}

const char *nvrtcGetErrorString(nvrtcResult result) {
  switch (int(result)) {
    case 0: return "NVRTC_SUCCESS";
    case 1: return "NVRTC_ERROR_OUT_OF_MEMORY";
    case 2: return "NVRTC_ERROR_PROGRAM_CREATION_FAILURE";
    case 3: return "NVRTC_ERROR_INVALID_INPUT";
    case 4: return "NVRTC_ERROR_INVALID_PROGRAM";
    case 5: return "NVRTC_ERROR_INVALID_OPTION";
    case 6: return "NVRTC_ERROR_COMPILATION";
    case 7: return "NVRTC_ERROR_BUILTIN_OPERATION_FAILURE";
    case 8: return "NVRTC_ERROR_NO_NAME_EXPRESSIONS_AFTER_COMPILATION";
    case 9: return "NVRTC_ERROR_NO_LOWERED_NAMES_BEFORE_COMPILATION";
    case 10: return "NVRTC_ERROR_NAME_EXPRESSION_NOT_VALID";
    case 11: return "NVRTC_ERROR_INTERNAL_ERROR";
    default: return "NVRTC_ERROR unknown";
  }
}

nvrtcResult nvrtcCreateProgram(nvrtcProgram *prog, const char *src, const char *name,
    int numHeaders, const char *const *headers, const char *const *includeNames) {
  return CALL(at(prog), src, name, numHeaders).run([&] {
    if (!prog || !src || numHeaders < 0 || (numHeaders && (!headers || !includeNames))) {
      return NVRTC_ERROR_INVALID_INPUT;
    }
    auto program = std::make_shared<Program>();
    program->source = src;
    program->name = name ? name : "default_program";
    for (int i = 0; i < numHeaders; i++) {
      program->headers.push_back({includeNames[i], headers[i]});
    }
    const std::lock_guard<std::mutex> lock(mutex);
    static uintptr_t next = uintptr_t(0xcc) << 32;
    *prog = reinterpret_cast<nvrtcProgram>(next += 16);
    programs()[*prog] = program;
    return NVRTC_SUCCESS;
  });
}

nvrtcResult nvrtcDestroyProgram(nvrtcProgram *prog) {
  return CALL(at(prog)).run([&] {
    const std::lock_guard<std::mutex> lock(mutex);
    if (!prog || !programs().erase(*prog)) {
      return NVRTC_ERROR_INVALID_PROGRAM;
    }
    *prog = nullptr;
    return NVRTC_SUCCESS;
  });
}

nvrtcResult nvrtcCompileProgram(nvrtcProgram prog, int numOptions, const char *const *options) {
  std::vector<std::string> list;
  std::string joined;
  for (int i = 0; options && i < numOptions; i++) {
    list.push_back(options[i] ? options[i] : "");
    joined += (i ? " " : "") + list.back();
  }
  const char *optionList = joined.c_str();
  return CALL(prog, numOptions, optionList).run([&] {
    const auto program = find(prog);
    if (!program) {
      return NVRTC_ERROR_INVALID_PROGRAM;
    }
    if (numOptions < 0 || (numOptions && !options)) {
      return NVRTC_ERROR_INVALID_INPUT;
    }
    return compile(*program, list);
  });
}

nvrtcResult nvrtcGetCUBINSize(nvrtcProgram prog, size_t *cubinSizeRet) {
  return CALL(prog, at(cubinSizeRet)).run([&] {
    return size_of(prog, &Program::cubin, 0, cubinSizeRet);
  });
}

nvrtcResult nvrtcGetCUBIN(nvrtcProgram prog, char *cubin) {
  return CALL(prog).run([&] { return copy_of(prog, &Program::cubin, 0, cubin); });
}

nvrtcResult nvrtcGetPTXSize(nvrtcProgram prog, size_t *ptxSizeRet) {
  return CALL(prog, at(ptxSizeRet)).run([&] {
    return size_of(prog, &Program::ptx, 1, ptxSizeRet);
  });
}

nvrtcResult nvrtcGetPTX(nvrtcProgram prog, char *ptx) {
  return CALL(prog).run([&] { return copy_of(prog, &Program::ptx, 1, ptx); });
}

nvrtcResult nvrtcGetProgramLogSize(nvrtcProgram prog, size_t *logSizeRet) {
  return CALL(prog, at(logSizeRet)).run([&] {
    return size_of(prog, &Program::log, 1, logSizeRet);
  });
}

nvrtcResult nvrtcGetProgramLog(nvrtcProgram prog, char *log) {
  return CALL(prog).run([&] { return copy_of(prog, &Program::log, 1, log); });
}

}  // extern "C"
