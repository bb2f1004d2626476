// libnvrtc.so.12 and .13, with the signatures of nvrtc.h. MAJOR is the version. A program is "compiled"
// to its own options; one that contains "bad" does not compile.
#include <stdlib.h>
#include <string.h>
#include "recording.h"

#ifndef MAJOR
#define MAJOR 12
#endif

static const char* source_of;
static char code[1 << 12];
static const char* said = "";

const char* nvrtcGetErrorString(int code) {
  return code == 6 ? "NVRTC_ERROR_COMPILATION" : code == 5 ? "NVRTC_ERROR_INVALID_OPTION" : "NVRTC_ERROR_OTHER";
}

int nvrtcVersion(int* major, int* minor) {
  *major = MAJOR;
  *minor = 6;
  return 0;
}

int nvrtcGetNumSupportedArchs(int* count) {
  *count = 3;
  return 0;
}

int nvrtcGetSupportedArchs(int* all) {
  all[0] = 90;
  all[1] = 75;
  all[2] = 80;
  return 0;
}

int nvrtcCreateProgram(void** program, const char* source, const char* name, int headers,
                       const char* const* contents, const char* const* names) {
  source_of = strdup(source);
  *program = (void*)0x99;
  return note("create '%s' '%s' %d %p %p", source, name, headers, (void*)contents, (void*)names);
}

int nvrtcCompileProgram(void* program, int count, const char* const* options) {
  char* at = code;
  for (int i = 0; i < count; i++) {
    at += sprintf(at, "%s ", options[i]);
  }
  note("compile %p %d", program, count);
  if (strstr(source_of, "broken")) {
    said = "nvrtc: error: failed to open\n  libnvrtc-builtins";
    return 7;
  }
  said = strstr(source_of, "bad") ? "k.cu(1): error: bad\n1 error detected" : "";
  return *said ? 6 : status;
}

int nvrtcDestroyProgram(void** program) {
  note("destroy %p", *program);
  *program = 0;
  return 0;
}

int nvrtcGetProgramLogSize(void* program, size_t* bytes) {
  *bytes = strlen(said) + 1;
  return 0;
}

int nvrtcGetProgramLog(void* program, char* text) {
  strcpy(text, said);
  return 0;
}

int nvrtcGetCUBINSize(void* program, size_t* bytes) {
  *bytes = strlen(code);
  return note("size of the cubin of %p", program);
}

int nvrtcGetCUBIN(void* program, char* text) {
  memcpy(text, code, strlen(code));
  return note("cubin of %p", program);
}

int nvrtcGetPTXSize(void* program, size_t* bytes) {
  *bytes = strlen(code) + 1;
  return 0;
}

int nvrtcGetPTX(void* program, char* text) {
  memcpy(text, code, strlen(code) + 1);
  return 0;
}
