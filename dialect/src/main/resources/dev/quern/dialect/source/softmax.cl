// Softmax along rows, its logarithm, and their gradients. ROW_ITEMS work-items share a row: 1 on CPUs, with vectors of
// LANES classes each; a power of two on GPUs. LOGARITHM chooses the function.

#if ROW_ITEMS > 1
#define SHARED LOCAL(float, shared, ROW_ITEMS)
#define SUM(value) group_sum(value, shared)
#define MAXIMUM(value) group_maximum(value, shared)
#if defined(__OPENCL_VERSION__)
#define SHARED_POINTER __local float *
#else
#define SHARED_POINTER float *
#endif
#define ROW_ITEM LOCAL_ID(0)
#define SHARED_PARAMETER , SHARED_POINTER shared
#define SHARED_ARGUMENT , shared

FUNCTION float group_sum(const float value, SHARED_POINTER shared) {
  const int item = LOCAL_ID(0);
  shared[item] = value;
  BARRIER();
  for (int apart = ROW_ITEMS / 2; apart > 0; apart /= 2) {
    if (item < apart) {
      shared[item] += shared[item + apart];
    }
    BARRIER();
  }
  const float sum = shared[0];
  BARRIER();
  return sum;
}

FUNCTION float group_maximum(const float value, SHARED_POINTER shared) {
  const int item = LOCAL_ID(0);
  shared[item] = value;
  BARRIER();
  for (int apart = ROW_ITEMS / 2; apart > 0; apart /= 2) {
    if (item < apart) {
      shared[item] = fmax(shared[item], shared[item + apart]);
    }
    BARRIER();
  }
  const float maximum = shared[0];
  BARRIER();
  return maximum;
}
#else
#define SHARED
#define ROW_ITEM 0
#define SHARED_PARAMETER
#define SHARED_ARGUMENT
#define SUM(value) (value)
#define MAXIMUM(value) (value)
#endif

FUNCTION float lanes_sum(const Vector v) {
#if LANES == 1
  return v;
#else
  float lanes[LANES];
  STORE(v, lanes);
  float sum = 0;
  for (int i = 0; i < LANES; i++) {
    sum += lanes[i];
  }
  return sum;
#endif
}

FUNCTION float lanes_maximum(const Vector v) {
#if LANES == 1
  return v;
#else
  float lanes[LANES];
  STORE(v, lanes);
  float maximum = lanes[0];
  for (int i = 1; i < LANES; i++) {
    maximum = fmax(maximum, lanes[i]);
  }
  return maximum;
#endif
}

// This work-item's share of a row: whole vectors first, then single elements.
#define WHOLE(classes) ((classes) / LANES * LANES)
#define EACH_VECTOR(j, classes) (int j = ROW_ITEM * LANES; j < WHOLE(classes); j += ROW_ITEMS * LANES)
#define EACH_REST(j, classes) (int j = WHOLE(classes) + ROW_ITEM; j < (classes); j += ROW_ITEMS)

FUNCTION float row_maximum(POINTER(const float) x, const int classes) {
  Vector best = SPLAT(-INFINITY);
  for EACH_VECTOR(j, classes) {
    best = fmax(best, LOAD(x + j)); // passes NaN by, which then spoils the sum
  }
  float rest = lanes_maximum(best);
  for EACH_REST(j, classes) {
    rest = fmax(rest, x[j]);
  }
  return rest;
}

FUNCTION float row_sum_of_exponentials(POINTER(const float) x, const int classes, const float maximum) {
  Vector sum = SPLAT(0.0f);
  for EACH_VECTOR(j, classes) {
    sum += EXP(LOAD(x + j) - maximum);
  }
  float rest = lanes_sum(sum);
  for EACH_REST(j, classes) {
    rest += EXP(x[j] - maximum);
  }
  return rest;
}

KERNEL GROUP_SIZE(ROW_ITEMS, 1) void softmax(SOURCE(float, x), INOUT(float, y), const int rows, const int classes) {
  SHARED;
  START(x);
  START(y);
  const int row = GROUP_ID(0);
  x += row * classes;
  y += row * classes;
  const float maximum = MAXIMUM(row_maximum(x, classes));
  const float sum = SUM(row_sum_of_exponentials(x, classes, maximum));
  const float logSum = LOG(sum);
  for EACH_VECTOR(j, classes) {
    const Vector shifted = LOAD(x + j) - maximum;
    STORE(LOGARITHM ? shifted - logSum : EXP(shifted) / sum, y + j);
  }
  for EACH_REST(j, classes) {
    const float shifted = x[j] - maximum;
    y[j] = LOGARITHM ? shifted - logSum : EXP(shifted) / sum;
  }
}

KERNEL GROUP_SIZE(ROW_ITEMS, 1) void softmax_gradient(
    SOURCE(float, y), SOURCE(float, dy), INOUT(float, dx), const int rows, const int classes) {
  SHARED;
  START(y);
  START(dy);
  START(dx);
  const int row = GROUP_ID(0);
  y += row * classes;
  dy += row * classes;
  dx += row * classes;
  Vector sums = SPLAT(0.0f);
  for EACH_VECTOR(j, classes) {
    sums += LOGARITHM ? LOAD(dy + j) : LOAD(dy + j) * LOAD(y + j);
  }
  float rest = lanes_sum(sums);
  for EACH_REST(j, classes) {
    rest += LOGARITHM ? dy[j] : dy[j] * y[j];
  }
  const float sum = SUM(rest);
  for EACH_VECTOR(j, classes) {
    const Vector out = LOAD(y + j), gradient = LOAD(dy + j);
    STORE(LOGARITHM ? gradient - EXP(out) * sum : out * (gradient - sum), dx + j);
  }
  for EACH_REST(j, classes) {
    dx[j] = LOGARITHM ? dy[j] - EXP(y[j]) * sum : y[j] * (dy[j] - sum);
  }
}
