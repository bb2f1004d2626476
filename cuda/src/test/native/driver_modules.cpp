// Modules: the libraries that the imitated NVRTC has compiled, loaded from memory.
#include <dlfcn.h>
#include <elf.h>
#include <sys/mman.h>
#include <unistd.h>

#include "image.hpp"
#include "modules.hpp"

namespace quern {

Module::~Module() {
  if (library) {
    dlclose(library);
  }
  if (file >= 0) {
    close(file);
  }
}

namespace {

// Of PTX, the cubin in it; of a cubin, itself.
CUresult unpack(const void *image, std::string &bytes) {
  const char *text = static_cast<const char *>(image);
  if (!memcmp(text, kImageMagic, sizeof kImageMagic)) {
    const auto *header = static_cast<const ImageHeader *>(image);
    bytes.assign(text, sizeof *header + header->bytes);
    return CUDA_SUCCESS;
  }
  const char *version = strncmp(text, "//", 2) ? nullptr : strstr(text, "\n.version ");
  const char *mark = version ? strstr(version, kPtxMark) : nullptr;
  if (!mark) {
    return CUDA_ERROR_INVALID_IMAGE;
  }
  int major = 0, minor = 0;
  sscanf(version, "\n.version %d.%d", &major, &minor);
  // ISA 8.5 came with CUDA 12.6, 9.0 with 13.0.
  if (major >= 9 && driver_version() < 13000) {
    return CUDA_ERROR_UNSUPPORTED_PTX_VERSION;
  }
  for (const char *at = mark + strlen(kPtxMark); at[0] && at[1] && at[0] != '\n'; at += 2) {
    const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    bytes += char(digit(at[0]) << 4 | digit(at[1]));
  }
  return bytes.size() < sizeof(ImageHeader) ? CUDA_ERROR_INVALID_PTX : CUDA_SUCCESS;
}

// Sizes of the kernels' __shared__ arrays: g++ names an array a of kernel f "_ZZ1fE1a". Read from
// the table of symbols.
std::map<std::string, size_t> shared_sizes(const std::string &elf, const quern_module &content) {
  std::map<std::string, size_t> sizes;
  const auto *header = reinterpret_cast<const Elf64_Ehdr *>(elf.data());
  const auto *sections = reinterpret_cast<const Elf64_Shdr *>(elf.data() + header->e_shoff);
  const char *names = elf.data() + sections[header->e_shstrndx].sh_offset;
  for (int s = 0; s < header->e_shnum; s++) {
    if (sections[s].sh_type != SHT_SYMTAB) {
      continue;
    }
    const auto *symbols = reinterpret_cast<const Elf64_Sym *>(elf.data() + sections[s].sh_offset);
    const char *texts = elf.data() + sections[sections[s].sh_link].sh_offset;
    for (size_t i = 0; i < sections[s].sh_size / sizeof(Elf64_Sym); i++) {
      const unsigned section = symbols[i].st_shndx;
      if (section >= header->e_shnum || strcmp(names + sections[section].sh_name, "quern_shared")) {
        continue;
      }
      const std::string name = texts + symbols[i].st_name;
      for (unsigned k = 0; k < content.count; k++) {
        const std::string kernel = content.kernels[k].name,
                          prefix = "_ZZ" + std::to_string(kernel.size()) + kernel;
        if (name.compare(0, prefix.size() + 1, prefix + "E") == 0) {
          sizes[kernel] += symbols[i].st_size;
        }
      }
    }
  }
  return sizes;
}

CUresult load(Context &context, CUmodule *out, const void *image) {
  if (!out || !image) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  if (const CUresult status = forbid_unsafe(context)) {
    return status;
  }
  std::string bytes;
  if (const CUresult status = unpack(image, bytes)) {
    return status;
  }
  const auto *header = reinterpret_cast<const ImageHeader *>(bytes.data());
  auto module = std::make_shared<Module>();
  module->context = &context;
  module->compute = int(header->compute);
  const int capability = int(number_setting("QUERN_FAKE_CAPABILITY", 90));
  const bool binary = static_cast<const char *>(image)[0] == kImageMagic[0];
  if (binary ? module->compute / 10 != capability / 10 || module->compute > capability
             : module->compute > capability) {
    return binary ? CUDA_ERROR_NO_BINARY_FOR_GPU : CUDA_ERROR_INVALID_PTX;
  }
  const std::string elf = bytes.substr(sizeof *header);
  const int file = memfd_create("cubin", MFD_CLOEXEC);
  if (file < 0 || write(file, elf.data(), elf.size()) != ssize_t(elf.size())) {
    return CUDA_ERROR_OPERATING_SYSTEM;
  }
  module->file =
      file;  // open as long as the library: dlopen takes two files of one name for one library
  module->library = dlopen(format("/proc/self/fd/%d", file).c_str(), RTLD_NOW | RTLD_LOCAL);
  const void *content = module->library ? dlsym(module->library, "quern_module_content") : nullptr;
  if (!content) {
    note(format("module: %s", dlerror()));
    return CUDA_ERROR_INVALID_IMAGE;
  }
  module->content = static_cast<const quern_module *>(content);
  module->shared_bytes = shared_sizes(elf, *module->content);
  *out = driver().modules.add(module);
  return CUDA_SUCCESS;
}

}  // namespace

void unload_all(const Context &context) {
  driver().functions.remove_if(
      [&](const Function &function) { return function.module->context == &context; });
  const size_t left =
      driver()
          .modules.remove_if([&](const Module &module) { return module.context == &context; })
          .size();
  if (left) {
    note(format("leak: context closed with %zu modules", left));
  }
}

}  // namespace quern

using namespace quern;

extern "C" {

CUresult cuModuleLoadData(CUmodule *module, const void *image) {
  return in_context(
      CALL(at(module)), [&](Context &context, Lock &) { return load(context, module, image); });
}

CUresult cuModuleLoadDataEx(CUmodule *module, const void *image, unsigned numOptions,
    CUjit_option *options, void **optionValues) {
  return in_context(CALL(at(module), numOptions), [&](Context &context, Lock &) -> CUresult {
    if (numOptions && (!options || !optionValues)) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    return load(context, module, image);
  });
}

CUresult cuModuleUnload(CUmodule hmod) {
  return in_context(CALL(hmod), [&](Context &context, Lock &lock) -> CUresult {
    if (const CUresult status = forbid_unsafe(context)) {
      return status;
    }
    wait_for_all(context, lock);
    const auto module = driver().modules.remove(hmod);
    if (!module) {
      return CUDA_ERROR_INVALID_HANDLE;
    }
    driver().functions.remove_if(
        [&](const Function &function) { return function.module == module; });
    return CUDA_SUCCESS;
  });
}

CUresult cuModuleGetFunction(CUfunction *hfunc, CUmodule hmod, const char *name) {
  return in_context(CALL(at(hfunc), hmod, name), [&](Context &, Lock &) -> CUresult {
    const auto module = driver().modules.find(hmod);
    if (!module) {
      return CUDA_ERROR_INVALID_HANDLE;
    }
    if (!hfunc || !name) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    if (!module->functions.count(name)) {
      const quern_kernel *kernel = nullptr;
      for (unsigned k = 0; k < module->content->count; k++) {
        kernel =
            strcmp(module->content->kernels[k].name, name) ? kernel : &module->content->kernels[k];
      }
      if (!kernel) {
        return CUDA_ERROR_NOT_FOUND;
      }
      auto function = std::make_shared<Function>();
      function->module = module;
      function->handle = hmod;
      function->kernel = kernel;
      function->shared_bytes = module->shared_bytes[name];
      module->functions[name] = driver().functions.add(function);
    }
    *hfunc = module->functions[name];
    return CUDA_SUCCESS;
  });
}

CUresult cuFuncGetModule(CUmodule *hmod, CUfunction hfunc) {
  return in_context(CALL(at(hmod), hfunc), [&](Context &, Lock &) -> CUresult {
    const auto function = driver().functions.find(hfunc);
    if (!function) {
      return CUDA_ERROR_INVALID_HANDLE;
    }
    *hmod = function->handle;
    return CUDA_SUCCESS;
  });
}

CUresult cuFuncGetAttribute(int *pi, CUfunction_attribute attrib, CUfunction hfunc) {
  return in_context(CALL(at(pi), attrib, hfunc), [&](Context &, Lock &) -> CUresult {
    const auto function = driver().functions.find(hfunc);
    if (!function) {
      return CUDA_ERROR_INVALID_HANDLE;
    }
    if (!pi) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    switch (attrib) {
      case CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK: *pi = max_threads(*function); break;
      case CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES: *pi = int(function->shared_bytes); break;
      case CU_FUNC_ATTRIBUTE_CONST_SIZE_BYTES:
      case CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES: *pi = 0; break;
      case CU_FUNC_ATTRIBUTE_NUM_REGS: *pi = 32; break;
      case CU_FUNC_ATTRIBUTE_PTX_VERSION:
      case CU_FUNC_ATTRIBUTE_BINARY_VERSION: *pi = function->module->compute; break;
      case CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES:
        *pi = function->max_dynamic_shared;
        break;
      case CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT: *pi = function->carveout; break;
      default: return CUDA_ERROR_INVALID_VALUE;
    }
    return CUDA_SUCCESS;
  });
}

CUresult cuFuncSetAttribute(CUfunction hfunc, CUfunction_attribute attrib, int value) {
  return in_context(CALL(hfunc, attrib, value), [&](Context &, Lock &) -> CUresult {
    const auto function = driver().functions.find(hfunc);
    if (!function) {
      return CUDA_ERROR_INVALID_HANDLE;
    }
    if (attrib == CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES && value >= 0 &&
        size_t(value) + function->shared_bytes <= 232448) {
      function->max_dynamic_shared = value;
    } else if (attrib == CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT && value >= -1 &&
               value <= 100) {
      function->carveout = value;
    } else {
      return CUDA_ERROR_INVALID_VALUE;
    }
    return CUDA_SUCCESS;
  });
}

}  // extern "C"
