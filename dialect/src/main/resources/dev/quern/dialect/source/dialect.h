// One kernel text for three compilers: OpenCL C 1.2 (PoCL, rusticl, oclgrind, the drivers of GPUs), CUDA C++ (NVRTC,
// nvcc), and through nvcc any host. The rules: OpenCL C 1.2 without double is the base; pointers are parameters only
// through IN and OUT, or SOURCE and INOUT where the two may be one, each followed by a START before its use; local arrays stand at the top of a kernel;
// indices are int, and the host makes sure that they are less than 2^31; nothing divides by zero.

#if defined(__OPENCL_VERSION__)
#define KERNEL __kernel
#define FUNCTION static inline
// A buffer is a memory object and the element that it starts at: slices need no alignment.
#define IN(type, name) __global const type *restrict name, const long name##_start
#define SOURCE(type, name) __global const type *name, const long name##_start
#define OUT(type, name) __global type *restrict name, const long name##_start
#define INOUT(type, name) __global type *name, const long name##_start
#define START(name) name += name##_start
#define POINTER(type) __global type *
#define LOCAL(type, name, count) __local type name[count]
// Orders accesses to local memory alone; the other one those to buffers.
#define BARRIER() barrier(CLK_LOCAL_MEM_FENCE)
#define BARRIER_OF_BUFFERS() barrier(CLK_GLOBAL_MEM_FENCE)
#define GROUP_SIZE(x, y) __attribute__((reqd_work_group_size(x, y, 1)))
#define GLOBAL_ID(d) ((int)get_global_id(d))
#define LOCAL_ID(d) ((int)get_local_id(d))
#define GROUP_ID(d) ((int)get_group_id(d))
#if defined(__NV_CL_C_VERSION)
#define UNROLL _Pragma("unroll")
#else
#define UNROLL __attribute__((opencl_unroll_hint))
#endif
#define LONG long
#define AS_INT(x) as_int(x)
#define HIGH_PRODUCT(a, b) mul_hi(a, b)
#define EXP(x) exp(x)
#define LOG(x) log(x)
#define EXPM1(x) expm1(x)
#define SQRT(x) sqrt(x)
#define TANH(x) tanh(x)
#define LOG1P(x) log1p(x)
#pragma OPENCL FP_CONTRACT OFF
#else
#define KERNEL extern "C" __global__
#define FUNCTION __device__ __forceinline__
#define IN(type, name) const type *__restrict__ name, const long long name##_start
#define SOURCE(type, name) const type *name, const long long name##_start
#define OUT(type, name) type *__restrict__ name, const long long name##_start
#define INOUT(type, name) type *name, const long long name##_start
#define START(name) name += name##_start
#define POINTER(type) type *
#define LOCAL(type, name, count) __shared__ type name[count]
#define BARRIER() __syncthreads()
#define BARRIER_OF_BUFFERS() __syncthreads()
#define GROUP_SIZE(x, y) __launch_bounds__((x) * (y))
#define AXIS(v, d) ((int)((d) == 0 ? v.x : (d) == 1 ? v.y : v.z))
#define LOCAL_ID(d) AXIS(threadIdx, d)
// CUDA's x axis has room for 2^31 - 1 blocks, its others for 65,535: the axis that needs more changes places with it.
#ifndef LONG_AXIS
#define LONG_AXIS 0
#endif
#define GROUP_ID(d) AXIS(blockIdx, (d) == LONG_AXIS ? 0 : (d) == 0 ? LONG_AXIS : (d))
#define GLOBAL_ID(d) (GROUP_ID(d) * AXIS(blockDim, d) + LOCAL_ID(d))
#define UNROLL _Pragma("unroll")
#define LONG long long
#define AS_INT(x) __float_as_int(x)
#define HIGH_PRODUCT(a, b) __umulhi(a, b)
#define EXP(x) expf(x)
#define LOG(x) logf(x)
#define EXPM1(x) expm1f(x)
#define SQRT(x) sqrtf(x)
#define TANH(x) tanhf(x)
#define LOG1P(x) log1pf(x)
typedef unsigned char uchar;
typedef unsigned int uint;
#ifndef INFINITY // NVRTC has no headers
#define INFINITY __int_as_float(0x7f800000)
#endif
#ifndef NAN
#define NAN __int_as_float(0x7fffffff)
#endif
#endif

// LANES: floats of a vector, the SIMD width on CPUs and 1 on GPUs, where work-items are the lanes.
#ifndef LANES
#define LANES 1
#endif
// 0 where fma is emulated in software, fifty times slower than a product and a sum.
#ifndef FAST_FMA
#define FAST_FMA 1
#endif

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#if LANES == 1
typedef float Vector;
#define LOAD(p) (*(p))
#define STORE(v, p) (*(p) = (v))
#define SPLAT(x) (x)
#else
typedef JOIN(float, LANES) Vector;
#define LOAD(p) JOIN(vload, LANES)(0, p)
#define STORE(v, p) JOIN(vstore, LANES)(v, 0, p)
#define SPLAT(x) ((Vector)(x))
#endif
#if !FAST_FMA
#define FMA(a, b, c) ((a) * (b) + (c))
#elif defined(__OPENCL_VERSION__)
#define FMA(a, b, c) fma(a, b, c)
#else
#define FMA(a, b, c) fmaf(a, b, c)
#endif

// Adds a term and keeps what the addition loses (Knuth's two-sum), as there is no double.
#define TWO_SUM(sum, error, term)                                                                                      \
  {                                                                                                                    \
    const float next = sum + (term), part = next - sum;                                                                \
    error += (sum - (next - part)) + ((term) - part);                                                                  \
    sum = next;                                                                                                        \
  }
