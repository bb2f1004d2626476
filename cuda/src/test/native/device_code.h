// In front of every program that the imitated NVRTC compiles, after module_abi.h: what CUDA C++ has
// and C++ has not.

static quern_block *quern_current;
static quern_dimensions quern_thread_index, quern_block_index, quern_block_size, quern_grid_size;
static char *quern_dynamic_shared;
#define threadIdx ((const quern_dimensions &)quern_thread_index)
#define blockIdx ((const quern_dimensions &)quern_block_index)
#define blockDim ((const quern_dimensions &)quern_block_size)
#define gridDim ((const quern_dimensions &)quern_grid_size)
#define warpSize 32

#define __global__
#define __device__
#define __host__
#define __constant__ static
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __align__(n) __attribute__((aligned(n)))
#define __launch_bounds__(...)
#define __shared__ static __attribute__((section("quern_shared")))
__shared__ char quern_shared_mark[16] __attribute__((used, aligned(16)));
extern "C" char __start_quern_shared[], __stop_quern_shared[];

typedef decltype(sizeof(0)) size_t;
typedef decltype((char *)0 - (char *)0) ptrdiff_t;

#define QUERN_VECTORS(T, name, alignment2, alignment4)                                            \
  struct name##1 { T x; };                                                                        \
  struct __attribute__((aligned(alignment2))) name##2 { T x, y; };                                \
  struct name##3 { T x, y, z; };                                                                  \
  struct __attribute__((aligned(alignment4))) name##4 { T x, y, z, w; };                          \
  static inline name##1 make_##name##1(T x) { return {x}; }                                       \
  static inline name##2 make_##name##2(T x, T y) { return {x, y}; }                               \
  static inline name##3 make_##name##3(T x, T y, T z) { return {x, y, z}; }                       \
  static inline name##4 make_##name##4(T x, T y, T z, T w) { return {x, y, z, w}; }
QUERN_VECTORS(char, char, 2, 4)
QUERN_VECTORS(unsigned char, uchar, 2, 4)
QUERN_VECTORS(short, short, 4, 8)
QUERN_VECTORS(unsigned short, ushort, 4, 8)
QUERN_VECTORS(int, int, 8, 16)
QUERN_VECTORS(unsigned, uint, 8, 16)
QUERN_VECTORS(long long, longlong, 16, 16)
QUERN_VECTORS(unsigned long long, ulonglong, 16, 16)
QUERN_VECTORS(float, float, 8, 16)
QUERN_VECTORS(double, double, 16, 16)
struct dim3 {
  unsigned x, y, z;
  dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
};

extern "C" int printf(const char *, ...);

// Mathematics: as float where the argument is.
#define QUERN_FUNCTION1(name)                                                                     \
  extern "C" float name##f(float) noexcept;                                                       \
  extern "C" double name(double) noexcept;                                                        \
  static inline float name(float x) { return __builtin_##name##f(x); }
#define QUERN_FUNCTION2(name)                                                                     \
  extern "C" float name##f(float, float) noexcept;                                                \
  extern "C" double name(double, double) noexcept;                                                \
  static inline float name(float x, float y) { return __builtin_##name##f(x, y); }
QUERN_FUNCTION1(acos) QUERN_FUNCTION1(asin) QUERN_FUNCTION1(atan) QUERN_FUNCTION1(cbrt)
QUERN_FUNCTION1(ceil) QUERN_FUNCTION1(cos) QUERN_FUNCTION1(cosh) QUERN_FUNCTION1(erf)
QUERN_FUNCTION1(erfc) QUERN_FUNCTION1(exp) QUERN_FUNCTION1(exp2) QUERN_FUNCTION1(expm1)
QUERN_FUNCTION1(fabs) QUERN_FUNCTION1(floor) QUERN_FUNCTION1(log) QUERN_FUNCTION1(log10)
QUERN_FUNCTION1(log1p) QUERN_FUNCTION1(log2) QUERN_FUNCTION1(rint) QUERN_FUNCTION1(round)
QUERN_FUNCTION1(sin) QUERN_FUNCTION1(sinh) QUERN_FUNCTION1(sqrt) QUERN_FUNCTION1(tan)
QUERN_FUNCTION1(tanh) QUERN_FUNCTION1(trunc)
QUERN_FUNCTION2(atan2) QUERN_FUNCTION2(copysign) QUERN_FUNCTION2(fmax) QUERN_FUNCTION2(fmin)
QUERN_FUNCTION2(fmod) QUERN_FUNCTION2(hypot) QUERN_FUNCTION2(pow)
static inline float fmaf(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
static inline double fma(double a, double b, double c) { return __builtin_fma(a, b, c); }
static inline float fma(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
static inline float __fmaf_rn(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
static inline float rsqrtf(float x) { return 1.0f / __builtin_sqrtf(x); }
static inline float rsqrt(float x) { return rsqrtf(x); }
static inline float __expf(float x) { return __builtin_expf(x); }
static inline float __logf(float x) { return __builtin_logf(x); }
static inline float __powf(float x, float y) { return __builtin_powf(x, y); }
static inline float __fdividef(float a, float b) { return a / b; }
static inline float __fdiv_rn(float a, float b) { return a / b; }
static inline float __fsqrt_rn(float x) { return __builtin_sqrtf(x); }
static inline float __fadd_rn(float a, float b) { return a + b; }
static inline float __fsub_rn(float a, float b) { return a - b; }
static inline float __fmul_rn(float a, float b) { return a * b; }
static inline float __frcp_rn(float x) { return 1.0f / x; }
static inline float __saturatef(float x) { return x > 0 ? x < 1 ? x : 1.0f : 0.0f; }
static inline int __float2int_rn(float x) { return (int)__builtin_rintf(x); }
static inline float __int2float_rn(int x) { return (float)x; }
static inline bool isnan(float x) { return x != x; }
static inline bool isinf(float x) { return __builtin_isinf(x); }
static inline bool isfinite(float x) { return __builtin_isfinite(x); }
static inline int abs(int x) { return x < 0 ? -x : x; }

template <class A, class B> static inline auto min(A a, B b) { return a < b ? a : b; }
template <class A, class B> static inline auto max(A a, B b) { return a > b ? a : b; }
static inline float min(float a, float b) { return __builtin_fminf(a, b); }
static inline float max(float a, float b) { return __builtin_fmaxf(a, b); }
static inline double min(double a, double b) { return __builtin_fmin(a, b); }
static inline double max(double a, double b) { return __builtin_fmax(a, b); }

template <class To, class From> static inline To quern_bits(From value) {
  static_assert(sizeof(To) == sizeof(From), "");
  To bits;
  __builtin_memcpy(&bits, &value, sizeof bits);
  return bits;
}
static inline int __float_as_int(float x) { return quern_bits<int>(x); }
static inline unsigned __float_as_uint(float x) { return quern_bits<unsigned>(x); }
static inline float __int_as_float(int x) { return quern_bits<float>(x); }
static inline float __uint_as_float(unsigned x) { return quern_bits<float>(x); }
static inline int __mulhi(int a, int b) { return (int)((long long)a * b >> 32); }
static inline unsigned __umulhi(unsigned a, unsigned b) {
  return (unsigned)((unsigned long long)a * b >> 32);
}
static inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) {
  return (unsigned long long)((unsigned __int128)a * b >> 64);
}
static inline int __mul24(int a, int b) { return a * b; }
static inline int __popc(unsigned x) { return __builtin_popcount(x); }
static inline int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
static inline int __clz(int x) { return x ? __builtin_clz((unsigned)x) : 32; }
static inline int __ffs(int x) { return __builtin_ffs(x); }
static inline unsigned __brev(unsigned x) {
  unsigned y = 0;
  for (int i = 0; i < 32; i++) y |= (x >> i & 1u) << (31 - i);
  return y;
}
template <class T> static inline T __ldg(const T *p) { return *p; }
template <class T> static inline T __ldcs(const T *p) { return *p; }
template <class T> static inline void __stcs(T *p, T v) { *p = v; }

// Threads of a block.
static inline void __syncthreads() { quern_current->barrier(); }
static inline void __syncwarp(unsigned mask = ~0u) { quern_current->warp_barrier(mask); }
static inline void __threadfence() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
static inline void __threadfence_block() {}
static inline void __trap() { quern_current->trap(); }
static inline unsigned __activemask() { return quern_current->warp_lanes(); }

template <class T> static inline T quern_exchange(unsigned mask, T value, unsigned from) {
  static_assert(sizeof(T) <= sizeof(unsigned long long), "");
  __builtin_memcpy(&quern_current->slot(quern_current->lane()), &value, sizeof value);
  quern_current->warp_barrier(mask);
  T result;
  __builtin_memcpy(&result, &quern_current->slot(from), sizeof result);
  quern_current->warp_barrier(mask);
  return result;
}
// Lanes of the same part of a warp have the same bits outside width - 1.
static inline unsigned quern_part(unsigned lane, int width) { return lane & -(unsigned)width; }
template <class T> static inline T __shfl_sync(unsigned mask, T v, int lane, int width = 32) {
  const unsigned me = quern_current->lane();
  return quern_exchange(mask, v, quern_part(me, width) | ((unsigned)lane & (unsigned)(width - 1)));
}
template <class T> static inline T __shfl_xor_sync(unsigned mask, T v, int flip, int width = 32) {
  const unsigned me = quern_current->lane(), from = me ^ (unsigned)flip;
  return quern_exchange(mask, v, quern_part(from, width) <= quern_part(me, width) ? from : me);
}
template <class T>
static inline T __shfl_down_sync(unsigned mask, T v, unsigned delta, int width = 32) {
  const unsigned me = quern_current->lane(), from = me + delta;
  return quern_exchange(mask, v, quern_part(from, width) == quern_part(me, width) ? from : me);
}
template <class T>
static inline T __shfl_up_sync(unsigned mask, T v, unsigned delta, int width = 32) {
  const unsigned me = quern_current->lane();
  return quern_exchange(mask, v, me - quern_part(me, width) >= delta ? me - delta : me);
}
static inline unsigned __ballot_sync(unsigned mask, int predicate) {
  quern_current->slot(quern_current->lane()) = predicate != 0;
  quern_current->warp_barrier(mask);
  const unsigned lanes = mask & quern_current->warp_lanes();
  unsigned votes = 0;
  for (unsigned i = 0; i < 32; i++) {
    votes |= lanes >> i & 1u && quern_current->slot(i) ? 1u << i : 0u;
  }
  quern_current->warp_barrier(mask);
  return votes;
}
static inline int __any_sync(unsigned mask, int p) { return __ballot_sync(mask, p) != 0; }
static inline int __all_sync(unsigned mask, int p) { return __ballot_sync(mask, !p) == 0; }

// Other blocks of other grids run at the same time, so that these have to be atomic.
template <class T, class Change> static inline T quern_atomic(T *p, Change change) {
  T old, fresh;
  __atomic_load(p, &old, __ATOMIC_SEQ_CST);
  do {
    fresh = change(old);
  } while (!__atomic_compare_exchange(p, &old, &fresh, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
  return old;
}
template <class T> struct quern_same { typedef T type; };
#define QUERN_ATOMIC(name, expression)                                                            \
  template <class T> static inline T name(T *p, typename quern_same<T>::type value) {             \
    return quern_atomic(p, [=](T old) -> T { return expression; });                               \
  }
QUERN_ATOMIC(atomicAdd, old + value)
QUERN_ATOMIC(atomicSub, old - value)
QUERN_ATOMIC(atomicExch, ((void)old, value))
QUERN_ATOMIC(atomicMax, old > value ? old : value)
QUERN_ATOMIC(atomicMin, old < value ? old : value)
QUERN_ATOMIC(atomicAnd, old & value)
QUERN_ATOMIC(atomicOr, old | value)
QUERN_ATOMIC(atomicXor, old ^ value)
QUERN_ATOMIC(atomicInc, old >= value ? T(0) : old + 1)
template <class T>
static inline T atomicCAS(
    T *p, typename quern_same<T>::type compare, typename quern_same<T>::type value) {
  return quern_atomic(p, [=](T old) -> T { return old == compare ? value : old; });
}

// A kernel's arguments, from its type.
template <class T> struct quern_kind {
  static constexpr char is = sizeof(T) > 8 || __is_class(T) ? 's' : 'i';
};
template <class T> struct quern_kind<T *> { static constexpr char is = 'p'; };
template <class T> struct quern_kind<T *__restrict__> { static constexpr char is = 'p'; };
template <> struct quern_kind<float> { static constexpr char is = 'f'; };
template <> struct quern_kind<double> { static constexpr char is = 'f'; };
template <unsigned... I> struct quern_numbers {};
template <auto kernel> struct quern_entry;
template <class... A, void (*kernel)(A...)> struct quern_entry<kernel> {
  static constexpr unsigned count = sizeof...(A);
  static constexpr quern_parameter parameters[] = {{sizeof(A), quern_kind<A>::is}..., {0, 0}};
  template <unsigned... I> static void call(void **arguments, quern_numbers<I...>) {
    while (quern_current->next()) {
      kernel(*(A *)arguments[I]...);
    }
  }
  static void run(void **arguments) { call(arguments, quern_numbers<__integer_pack(count)...>()); }
};
