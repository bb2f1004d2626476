// libcudnn.so.9, as far as it is asked for its version. CUDART is the CUDA that it says it is for,
// PART the name of a part that it would open, LT a cuBLASLt that it would open.
#include <stddef.h>

#ifndef CUDART
#define CUDART 12060
#endif

size_t cudnnGetVersion(void) { return 90501; }
size_t cudnnGetCudartVersion(void) { return CUDART; }

#ifdef PART
const char* part(void) { return PART; }
#endif
#ifdef LT
const char* lt(void) { return LT; }
#endif
