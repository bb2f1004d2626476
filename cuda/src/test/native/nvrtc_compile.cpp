// libnvrtc: compilation. The program is preprocessed, its kernels are searched for, and g++ makes a
// shared library of it in which each of them has an entry with the sizes of its arguments.
#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cctype>
#include <cstdlib>
#include <map>
#include <mutex>

#include "calls.hpp"
#include "image.hpp"
#include "nvrtc.hpp"

// The headers are part of this library.
asm(R"(
.section .rodata
.globl quern_device_code
.hidden quern_device_code
quern_device_code:
.incbin "module_abi.h"
.incbin "device_code.h"
.byte 0
.text
)");
extern "C" const char quern_device_code[];
extern char **environ;

namespace quern {
namespace {

std::string read(const std::string &path) {
  std::string text;
  if (FILE *file = fopen(path.c_str(), "rb")) {
    char part[1 << 16];
    for (size_t n; (n = fread(part, 1, sizeof part, file)) > 0;) {
      text.append(part, n);
    }
    fclose(file);
  }
  return text;
}

bool write(const std::string &path, const std::string &text) {
  FILE *file = fopen(path.c_str(), "wb");
  const bool good = file && fwrite(text.data(), 1, text.size(), file) == text.size();
  return file && !fclose(file) && good;
}

// The exit status, or -1; what the program says goes to a file.
int run(std::vector<std::string> command, const std::string &output) {
  std::vector<char *> arguments;
  for (std::string &argument : command) {
    arguments.push_back(&argument[0]);
  }
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  pid_t child;
  const int failed =
      posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  if (failed || waitpid(child, &status, 0) < 0) {
    return -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// A folder that goes when it is done with.
struct Folder {
  Folder() {
    const char *root = getenv("TMPDIR");
    path = std::string(root ? root : "/tmp") + "/quern-nvrtc-XXXXXX";
    path = mkdtemp(&path[0]) ? path : "";
  }
  ~Folder() {
    for (const std::string &file : files) {
      unlink(file.c_str());
    }
    rmdir(path.c_str());
  }
  std::string file(const std::string &name) {
    files.push_back(path + "/" + name);
    return files.back();
  }
  std::string path;
  std::vector<std::string> files;
};

// g++'s "file:line:column: error:" as NVRTC has it: "file(line): error:".
std::string as_nvrtc(const std::string &messages, const std::string &name) {
  std::string log;
  int errors = 0;
  for (size_t at = 0; at < messages.size();) {
    const size_t end = std::min(messages.find('\n', at), messages.size());
    std::string line = messages.substr(at, end - at);
    at = end + 1;
    int number = 0, used = 0;
    if (starts(line, (name + ":").c_str()) &&
        sscanf(line.c_str() + name.size(), ":%d:%*d:%n", &number, &used) == 1 && used) {
      line = name + "(" + std::to_string(number) + "):" + line.substr(name.size() + size_t(used));
      errors += line.find("error:") != std::string::npos;
    }
    log += line + "\n";
  }
  return log + format("\n%d error%s detected in the compilation of \"%s\".\n", errors,
                   errors == 1 ? "" : "s", name.c_str());
}

// Two sums of FNV-1a.
std::string digest(const std::string &text) {
  uint64_t a = 0xcbf29ce484222325, b = 0x9e3779b97f4a7c15;
  for (const char c : text) {
    a = (a ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    b = (b + static_cast<unsigned char>(c)) * 0x100000001b3 ^ b >> 29;
  }
  return format(
      "%016llx%016llx", static_cast<unsigned long long>(a), static_cast<unsigned long long>(b));
}

std::string compiler() {
  const std::string chosen = setting("QUERN_FAKE_CXX");
  return chosen.empty() ? "g++" : chosen;
}

std::vector<std::string> flags(const Options &options) {
  std::vector<std::string> all = {options.standard, "-O2", "-ffp-contract=off", "-fPIC", "-shared",
      "-nostdinc", "-fno-exceptions", "-fno-rtti", "-fno-gnu-unique", "-fvisibility=hidden",
      "-fno-math-errno", "-fstack-clash-protection", "-Werror=vla", "-w"};
  if (__builtin_cpu_supports("fma") && __builtin_cpu_supports("avx2")) {
    all.push_back("-mavx2");
    all.push_back("-mfma");
  }
  return all;
}

// A command that could not be run at all, or an error in the program.
NvrtcStatus failed(Program &program, int status, Folder &folder, const std::string &messages) {
  if (status == -1 || status == 127) {
    program.log =
        "imitated NVRTC: cannot run " + compiler() + " in " + folder.path + "\n" + read(messages);
    return NVRTC_ERROR_INTERNAL_ERROR;
  }
  program.log = as_nvrtc(read(messages), program.name);
  return NVRTC_ERROR_COMPILATION;
}

// The program's text as the preprocessor leaves it, without the folder's name; or nothing, and why.
NvrtcStatus preprocess(
    Program &program, const Options &options, Folder &folder, std::string &text) {
  const std::string source = folder.file("program.cu"), preprocessed = folder.file("program.ii");
  const std::string messages = folder.file("messages");
  bool written = write(source, "# 1 \"" + program.name + "\"\n" + program.source);
  for (const auto &[name, header] : program.headers) {
    written = written && name.find('/') == std::string::npos && write(folder.file(name), header);
  }
  std::vector<std::string> command = {compiler(), "-E", "-x", "c++", options.standard, "-nostdinc",
      "-I" + folder.path, "-D__CUDACC__=1", "-D__NVCC__=1", "-D__CUDACC_RTC__=1",
      "-D__CUDA_ARCH__=" + std::to_string(options.compute * 10),
      "-D__CUDACC_VER_MAJOR__=" + std::to_string(CUDA_MAJOR)};
  command.insert(command.end(), options.macros.begin(), options.macros.end());
  command.insert(command.end(), {"-o", preprocessed, source});
  if (const int status = written ? run(command, messages) : -1) {
    return failed(program, status, folder, messages);
  }
  text = read(preprocessed);
  for (size_t at; (at = text.find(folder.path)) != std::string::npos;) {
    text.erase(at, folder.path.size());
  }
  return NVRTC_SUCCESS;
}

// The library, from a preprocessed text; or nothing, and why.
NvrtcStatus build(Program &program, const Options &options, Folder &folder, std::string text,
    std::string &library) {
  const std::string whole = folder.file("whole.cpp"), result = folder.file("program.so"),
                    messages = folder.file("messages");
  const std::vector<Found> kernels = kernels_of(text);
  replace_dynamic_shared(text);
  write(whole, "# 1 \"device_code.h\"\n" + std::string(quern_device_code) + text + entries(kernels));
  std::vector<std::string> command = flags(options);
  command.insert(command.begin(), compiler());
  command.insert(command.end(), {"-x", "c++", "-o", result, whole});
  if (const int status = run(command, messages)) {
    return failed(program, status, folder, messages);
  }
  library = read(result);
  return NVRTC_SUCCESS;
}

// What has been compiled before: in this process, and in the folder that QUERN_FAKE_CACHE names.
class Cache {
 public:
  static Cache &instance() {
    static Cache &one = *new Cache;
    return one;
  }
  std::string find(const std::string &key) {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::string &library = known_[key];
    const std::string folder = setting("QUERN_FAKE_CACHE");
    if (library.empty() && !folder.empty()) {
      library = read(folder + "/" + key + ".so");
    }
    return library;
  }
  void keep(const std::string &key, const std::string &library) {
    const std::lock_guard<std::mutex> lock(mutex_);
    known_[key] = library;
    const std::string folder = setting("QUERN_FAKE_CACHE");
    if (!folder.empty()) {
      mkdir(folder.c_str(), 0777);
      const std::string path = folder + "/" + key + ".so",
                        fresh = path + "." + std::to_string(getpid());
      if (!write(fresh, library) || rename(fresh.c_str(), path.c_str())) {
        note("QUERN_FAKE_CACHE: cannot write " + path);
      }
    }
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::string> known_;
};

std::string cubin_of(int compute, const std::string &library) {
  ImageHeader header = {};
  memcpy(header.magic, kImageMagic, sizeof header.magic);
  header.compute = uint32_t(compute);
  header.bytes = library.size();
  return std::string(reinterpret_cast<const char *>(&header), sizeof header) + library;
}

std::string ptx_of(int compute, const std::string &cubin) {
  std::string text = format(
                         "//\n// Generated by an imitation of NVRTC\n//\n\n.version %s\n.target "
                         "sm_%d\n.address_size 64\n",
                         CUDA_MAJOR == 12 ? "8.5" : "9.0", compute) +
                     kPtxMark;
  for (const char c : cubin) {
    text += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    text += "0123456789abcdef"[c & 15];
  }
  return text + "\n";
}

}  // namespace

NvrtcStatus compile(Program &program, const std::vector<std::string> &list) {
  program.log = program.cubin = program.ptx = "";
  Options options;
  if (const NvrtcStatus status = read_options(list, options, program.log)) {
    return status;
  }
  Folder folder;
  std::string text;
  if (const NvrtcStatus status = preprocess(program, options, folder, text)) {
    return status;
  }
  // What the preprocessor makes alike, such as one text for both versions of CUDA, is compiled once.
  std::string everything = std::string(quern_device_code) + '\0' + text + '\0' + compiler();
  for (const std::string &flag : flags(options)) {
    everything += '\0' + flag;
  }
  const std::string key = digest(everything);
  std::string library = Cache::instance().find(key);
  if (library.empty()) {
    if (const NvrtcStatus status = build(program, options, folder, text, library)) {
      return status;
    }
    Cache::instance().keep(key, library);
  }
  const std::string cubin = cubin_of(options.compute, library);
  program.ptx = ptx_of(options.compute, cubin);
  program.cubin = options.real ? cubin : "";
  return NVRTC_SUCCESS;
}

}  // namespace quern
