// libnvrtc: what is done to a program's text, which is preprocessed already.
#include <cctype>
#include <cstring>

#include "nvrtc.hpp"

namespace quern {
namespace {

bool is_word(char c) {
  return isalnum(static_cast<unsigned char>(c)) || c == '_';
}

}  // namespace

// Of preprocessed text, each `extern "C" __global__ ... name(`, with what stands in
// __launch_bounds__.
std::vector<Found> kernels_of(std::string text) {
  for (size_t line = 0; line < text.size(); line = text.find('\n', line) + 1) {
    if (text[line] == '#') {
      for (size_t i = line; i < text.size() && text[i] != '\n'; i++) {
        text[i] = ' ';
      }
    }
    if (text.find('\n', line) == std::string::npos) {
      break;
    }
  }
  std::vector<Found> found;
  for (size_t at = 0; (at = text.find("__global__", at)) != std::string::npos;) {
    const size_t before = text.find_last_not_of(" \t\n", at - 1);
    const bool external = at && before != std::string::npos && text[before] == '"' && before >= 2 &&
                          text[before - 1] == 'C';
    Found kernel;
    std::string word;
    for (at += strlen("__global__"); at < text.size() && text[at] != ';' && text[at] != '{'; at++) {
      if (is_word(text[at])) {
        word = is_word(text[at - 1]) ? word + text[at] : std::string(1, text[at]);
      } else if (text[at] == '(') {
        size_t end = at + 1;
        for (int depth = 1; end < text.size() && depth; end++) {
          depth += text[end] == '(' ? 1 : text[end] == ')' ? -1 : 0;
        }
        const std::string inside = text.substr(at + 1, end - at - 2);
        if (word == "__launch_bounds__") {
          kernel.bounds = inside;
        } else if (word != "__attribute__" && word != "__align__") {
          kernel.name = word;
          break;
        }
        at = end - 1;
      }
    }
    bool known = !external;
    for (Found &other : found) {
      if (other.name == kernel.name) {
        other.bounds =
            other.bounds.empty() ? kernel.bounds : other.bounds;  // declared, then defined
        known = true;
      }
    }
    if (!known && !kernel.name.empty()) {
      found.push_back(kernel);
    }
  }
  return found;
}

// `extern __shared__ T name[];` is a pointer to what the launch asks for.
void replace_dynamic_shared(std::string &text) {
  for (size_t at = 0; (at = text.find("extern __shared__", at)) != std::string::npos;) {
    const size_t end = text.find("[]", at), stop = text.find(';', at);
    if (end == std::string::npos || end > stop) {
      at++;
      continue;
    }
    const std::string declared =
        text.substr(at + strlen("extern __shared__"), end - at - strlen("extern __shared__"));
    size_t name = declared.find_last_not_of(" \t\n") + 1;
    while (name && is_word(declared[name - 1])) {
      name--;
    }
    const std::string type = declared.substr(0, name);
    text.replace(at, stop - at,
        type + " *" + declared.substr(name) + " = (" + type + " *)quern_dynamic_shared");
  }
}

std::string entries(const std::vector<Found> &kernels) {
  std::string text = "\n# 1 \"entries\"\nstatic const quern_kernel quern_kernels[] = {\n";
  for (const Found &kernel : kernels) {
    // Of "threads, blocks" the first: the comma operator's left side must have no use.
    const std::string bound = kernel.bounds.empty() ? "0" : "quern_first(" + kernel.bounds + ")";
    text += "{\"" + kernel.name + "\", quern_entry<" + kernel.name + ">::parameters, quern_entry<" +
            kernel.name + ">::count, " + bound + ", quern_entry<" + kernel.name + ">::run},\n";
  }
  return "\ntemplate <class... T> constexpr unsigned quern_first(unsigned a, T...) { return a; }" +
         text +
         "{0, 0, 0, 0, 0}};\n"
         "extern \"C\" __attribute__((visibility(\"default\"))) const quern_module "
         "quern_module_content = {quern_kernels, " +
         std::to_string(kernels.size()) +
         ", &quern_current, &quern_thread_index, &quern_block_index, &quern_block_size, "
         "&quern_grid_size, "
         "&quern_dynamic_shared, __start_quern_shared, __stop_quern_shared};\n";
}

}  // namespace quern
