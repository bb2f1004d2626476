// Activations but for the rectified linear unit. SPAN: elements of a work-item. KIND: which; a body computes a value
// from x, or the slope from what the backward pass is given. FAR: from there on exponentials are 0, and 0 times infinity
// is not a number.

#define KIND_LEAKY_RELU 1
#define KIND_ELU 2
#define KIND_SIGMOID 3
#define KIND_TANH 4
#define KIND_SILU 5
#define KIND_GELU 6

#define ONE(Number) ((Number)(1.0f))
#define WITHIN(Number, x, least, most)                                                                                 \
  ((x) < (least) ? (Number)(least) : (x) > (most) ? (Number)(most) : (x)) // keeps NaN

#if KIND == KIND_LEAKY_RELU
#define VALUE(Number) return x > 0 ? x : x * alpha;
#define SLOPE(Number) return saved > 0 ? ONE(Number) : (Number)(alpha);
#elif KIND == KIND_ELU
#define VALUE(Number) return x > 0 ? x : EXPM1(x) * alpha;
#define SLOPE(Number) return saved > 0 ? ONE(Number) : saved + alpha;
#elif KIND == KIND_SIGMOID
#define VALUE(Number)                                                                                                  \
  const Number e = EXP(-fabs(x));                                                                                      \
  return (x < 0 ? e : ONE(Number)) / (1 + e);
#define SLOPE(Number) return (1 - saved) * saved;
#elif KIND == KIND_TANH
#define VALUE(Number) return TANH(x);
#define SLOPE(Number) return (1 - saved) * (1 + saved);
#elif KIND == KIND_SILU
#define FAR 128.0f
#define VALUE(Number)                                                                                                  \
  const Number e = EXP(-fabs(x));                                                                                      \
  return (x < 0 ? WITHIN(Number, x, -FAR, FAR) * e : x) / (1 + e);
#define SLOPE(Number)                                                                                                  \
  const Number e = EXP(-fabs(saved)), share = 1 / (1 + e);                                                             \
  const Number s = (saved < 0 ? e : ONE(Number)) * share, rest = (saved < 0 ? ONE(Number) : e) * share;                \
  return (WITHIN(Number, saved, -FAR, FAR) * rest + 1) * s;
#elif KIND == KIND_GELU
// The normal distribution at -u is exp(-u^2 / 2) times a function that falls slowly, and (u + K) times that is a
// polynomial of t = (u - K) / (u + K), to 2^-26: Shepherd and Laframboise, Math. Comp. 36, 1981, with a minimax fit of
// our own, the CPU backend's. It has no branches: on PoCL a value takes 0.5 ns, by the built-in erfc() 1.8.
#define FAR 16.0f
#define K 4.75f
#define PEAK 0.3989423f // the normal distribution's density at 0
#define POLYNOMIAL(t)                                                                                                  \
  ((((((((-0.0013068338f * t + 0.0002259308f) * t + 0.01154329f) * t - 0.050628684f) * t + 0.13810687f) * t -          \
      0.28418383f) * t + 0.47206444f) * t - 0.65358937f) * t + 0.7664163f)
#define SHARE(Number, x) /* and what it is made of */                                                                  \
  const Number u = fabs(x) > FAR ? (Number)(FAR) : fabs(x), e = EXP(-0.5f * u * u), w = 1 / (u + K);                   \
  const Number t = 1 - 2 * K * w, tail = POLYNOMIAL(t) * w * e, share = (x) < 0 ? tail : 1 - tail;
#define VALUE(Number)                                                                                                  \
  SHARE(Number, x)                                                                                                     \
  return WITHIN(Number, x, -FAR, INFINITY) * share;
#define SLOPE(Number)                                                                                                  \
  SHARE(Number, saved)                                                                                                 \
  return share + WITHIN(Number, saved, -FAR, FAR) * (PEAK * e);
#endif

FUNCTION Vector value(const Vector x, const float alpha) {
  VALUE(Vector)
}

FUNCTION Vector slope(const Vector saved, const float alpha) {
  SLOPE(Vector)
}

#if LANES == 1
#define single_value value
#define single_slope slope
#else
FUNCTION float single_value(const float x, const float alpha) {
  VALUE(float)
}

FUNCTION float single_slope(const float saved, const float alpha) {
  SLOPE(float)
}
#endif

KERNEL void activation(SOURCE(float, x), INOUT(float, y), const int count, const float alpha) {
  START(x);
  START(y);
  int i = GLOBAL_ID(0) * SPAN;
  const int end = min(i + SPAN, count);
  for (; i <= end - LANES; i += LANES) {
    STORE(value(LOAD(x + i), alpha), y + i);
  }
  for (; i < end; i++) {
    y[i] = single_value(x[i], alpha);
  }
}

KERNEL void activation_gradient(
    SOURCE(float, saved), SOURCE(float, dy), INOUT(float, dx), const int count, const float alpha) {
  START(saved);
  START(dy);
  START(dx);
  int i = GLOBAL_ID(0) * SPAN;
  const int end = min(i + SPAN, count);
  for (; i <= end - LANES; i += LANES) {
    STORE(slope(LOAD(saved + i), alpha) * LOAD(dy + i), dx + i);
  }
  for (; i < end; i++) {
    dx[i] = single_slope(saved[i], alpha) * dy[i];
  }
}
