// Clipping by the norm. Appended to softmax.cl, whose rows are blocks of elements here: ROW_ITEMS work-items sum up the
// squares of a block, as many the sums of blocks, then elements are scaled, SPAN by a work-item.
//
// Squares of large numbers overflow, so there are two sums, of which one holds numbers divided by 2^90 (after Blue, "A
// portable Fortran program to find the Euclidean norm of a vector", ACM TOMS 4, 1978). What is lost because its square
// is too small is too small to matter.

#define LARGE 3.5184372088832e13f      // 2^45: 2^31 squares of less are less than 2^121
#define SHRINK 8.0779356694631609e-28f // 2^-90
#define LARGE_PART(Number, v) (fabs(v) > LARGE ? (v)*SHRINK : (Number)(0.0f))
#define ORDINARY_PART(Number, v) (fabs(v) > LARGE ? (Number)(0.0f) : (v)) // NaN is, too

// The sums of each block: ordinary ones in front, large ones behind.
KERNEL GROUP_SIZE(ROW_ITEMS, 1) void clip_squares(
    IN(float, g), OUT(float, sums), const int count, const int blocks, const int length) {
  SHARED;
  START(g);
  START(sums);
  const int block = GROUP_ID(0), here = min(length, count - block * length);
  g += block * length;
  Vector ordinaries = SPLAT(0.0f), larges = SPLAT(0.0f);
  for EACH_VECTOR(j, here) {
    const Vector v = LOAD(g + j), ordinary = ORDINARY_PART(Vector, v), large = LARGE_PART(Vector, v);
    ordinaries += ordinary * ordinary;
    larges += large * large;
  }
  float ownOrdinary = lanes_sum(ordinaries), ownLarge = lanes_sum(larges);
  for EACH_REST(j, here) {
    const float ordinary = ORDINARY_PART(float, g[j]), large = LARGE_PART(float, g[j]);
    ownOrdinary += ordinary * ordinary;
    ownLarge += large * large;
  }
  const float ordinary = SUM(ownOrdinary), large = SUM(ownLarge);
  if (LOCAL_ID(0) == 0) {
    sums[block] = ordinary;
    sums[blocks + block] = large;
  }
}

// What to multiply by: two factors, as one may be too small for float32. One group.
KERNEL GROUP_SIZE(ROW_ITEMS, 1) void clip_factors(
    IN(float, sums), OUT(float, factors), const int blocks, const float limit) {
  SHARED;
  START(sums);
  START(factors);
  float sum = 0, error = 0, ownLarge = 0;
  for (int i = LOCAL_ID(0); i < blocks; i += ROW_ITEMS) {
    TWO_SUM(sum, error, sums[i])
    ownLarge += sums[blocks + i];
  }
  const float ordinary = SUM(sum + error), large = SUM(ownLarge);
  if (LOCAL_ID(0) == 0) {
    const float unit = large > 0 ? SHRINK : 1.0f;
    const float norm = SQRT(large + ordinary * unit * unit), most = limit * unit;
    const int finite = norm < INFINITY; // not NaN either
    factors[0] = norm > most ? unit : 1.0f;
    factors[1] = !finite ? NAN : norm > most ? limit / norm : 1.0f;
  }
}

KERNEL void clip_scale(INOUT(float, g), IN(float, factors), const int count) {
  START(g);
  START(factors);
  const float first = factors[0], second = factors[1];
  if (second == 1.0f) {
    return;
  }
  int i = GLOBAL_ID(0) * SPAN;
  const int end = min(i + SPAN, count);
  for (; i <= end - LANES; i += LANES) {
    STORE(LOAD(g + i) * first * second, g + i);
  }
  for (; i < end; i++) {
    g[i] = g[i] * first * second;
  }
}
