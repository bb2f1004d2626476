// libnvrtc: the options.
#include <cstdlib>
#include <cstring>

#include "nvrtc.hpp"

namespace quern {
namespace {

// Without effect here.
bool is_accepted(const std::string &option) {
  static const char *const known[] = {"-fmad=", "--fmad=", "-use_fast_math", "--use_fast_math",
      "-default-device", "--device-as-default-execution-space", "-lineinfo", "--generate-line-info",
      "-G", "--device-debug", "-maxrregcount=", "--maxrregcount=", "-ftz=", "--ftz=", "-prec-div=",
      "--prec-div=", "-prec-sqrt=", "--prec-sqrt=", "-extra-device-vectorization",
      "--extra-device-vectorization", "-w", "--disable-warnings", "-restrict", "--restrict",
      "-dopt=", "--dopt", "-Xptxas=", "--ptxas-options=", "-diag-suppress=", "--diag-suppress=",
      "-rdc=", "--relocatable-device-code=", "-ewp", "--extensible-whole-program", "--minimal",
      "-minimal", "-no-source-include", "--no-source-include",
      "--split-compile=", "-split-compile=", "--display-error-number", "--no-display-error-number"};
  for (const char *one : known) {
    if (one[strlen(one) - 1] == '=' ? starts(option, one) : option == one) {
      return true;
    }
  }
  return false;
}

bool read_architecture(const std::string &text, Options &options) {
  std::string number;
  options.real = starts(text, "sm_", &number);
  if (!options.real && !starts(text, "compute_", &number)) {
    return false;
  }
  options.compute = atoi(number.c_str());
  for (const int known : architectures()) {
    if (known == options.compute) {
      return number == std::to_string(known) || number == std::to_string(known) + "a";
    }
  }
  return false;
}

}  // namespace

bool starts(const std::string &text, const char *with, std::string *rest) {
  const size_t length = strlen(with);
  if (text.compare(0, length, with)) {
    return false;
  }
  if (rest) {
    *rest = text.substr(length);
  }
  return true;
}

const std::vector<int> &architectures() {
  static const auto &all = *new std::vector<int>(
      CUDA_MAJOR == 12 ? std::vector<int>{50, 52, 53, 60, 61, 62, 70, 72, 75, 80, 86, 87, 89, 90}
                       : std::vector<int>{75, 80, 86, 87, 88, 89, 90, 100, 103, 110, 120, 121});
  return all;
}

NvrtcStatus read_options(const std::vector<std::string> &list, Options &options, std::string &log) {
  for (size_t i = 0; i < list.size(); i++) {
    std::string option = list[i], rest;
    // An option's value may be an option of its own.
    if ((option == "-arch" || option == "--gpu-architecture" || option == "-std" ||
            option == "--std") &&
        i + 1 < list.size()) {
      option += "=" + list[++i];
    } else if ((option == "-D" || option == "--define-macro" || option == "-U") &&
               i + 1 < list.size()) {
      option = option.substr(0, 2) == "--" ? option + "=" + list[++i] : option + list[++i];
    }
    if (starts(option, "--define-macro=", &rest) ||
        (starts(option, "-D", &rest) && !rest.empty())) {
      options.macros.push_back("-D" + rest);
    } else if (starts(option, "--undefine-macro=", &rest) ||
               (starts(option, "-U", &rest) && !rest.empty())) {
      options.macros.push_back("-U" + rest);
    } else if (starts(option, "--gpu-architecture=", &rest) || starts(option, "-arch=", &rest)) {
      if (!read_architecture(rest, options)) {
        log = "nvrtc: error: invalid value for --gpu-architecture (-arch)\n";
        return NVRTC_ERROR_INVALID_OPTION;
      }
    } else if (starts(option, "--std=", &rest) || starts(option, "-std=", &rest)) {
      if (rest != "c++11" && rest != "c++14" && rest != "c++17" && rest != "c++20" &&
          rest != "c++03") {
        log = "nvrtc: error: invalid value for --std (-std)\n";
        return NVRTC_ERROR_INVALID_OPTION;
      }
      options.standard =
          rest == "c++20" ? "-std=c++20" : "-std=c++17";  // what the imitation itself needs
    } else if (!is_accepted(option)) {
      log = "nvrtc: error: unrecognized option " + option + " found\n";
      return NVRTC_ERROR_INVALID_OPTION;
    }
  }
  return NVRTC_SUCCESS;
}

}  // namespace quern
