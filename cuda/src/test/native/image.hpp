// What the imitated NVRTC hands over for a cubin: this header, and the shared library that g++
// made. Its PTX is the same as hexadecimal text, so that it is text and ends with a 0.
#pragma once
#include <cstdint>
#include <string>

namespace quern {

struct ImageHeader {
  char magic[16];
  uint32_t compute, reserved;  // 90 for sm_90
  uint64_t bytes;              // of the library that follows
};
constexpr char kImageMagic[16] = "QUERN cubin 1\n";
constexpr char kPtxMark[] = "\n// quern ";

}  // namespace quern
