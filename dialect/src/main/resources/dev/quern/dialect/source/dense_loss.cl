// Losses against dense targets, their gradient and the count of right answers. KIND: which. Appended to softmax.cl,
// whose rows these are, and loss.cl. In three launches: how many rows count, the rows, the sums over them.

#define KIND_CATEGORICAL_CROSS_ENTROPY 1
#define KIND_BINARY_CROSS_ENTROPY 2
#define KIND_MEAN_SQUARED_ERROR 3

// This work-item's elements of a row. It reads and writes no others, so that dz may lie over z.
#define EACH_ELEMENT(j, count) (int j = ROW_ITEM; j < (count); j += ROW_ITEMS)

#if KIND == KIND_CATEGORICAL_CROSS_ENTROPY
// Minus the first of this work-item's places where one of the two rows is largest. Places are below 2^24.
FUNCTION float row_first_largest(
    POINTER(const float) z, POINTER(const float) t, const int outputs, const float largest, const float largestTarget) {
  for EACH_ELEMENT(j, outputs) {
    if (z[j] == largest || t[j] == largestTarget) {
      return -(float)j;
    }
  }
  return -INFINITY;
}
#endif

// One row: writes the gradient, returns the loss and tells whether the answer is right. No work-item leaves before the
// others, which wait at the barriers of SUM and MAXIMUM.
FUNCTION float row_loss(
    POINTER(float) z, POINTER(const float) t, POINTER(float) dz, const int outputs, const int counts, const float share,
    const int flags, int *hit SHARED_PARAMETER) {
  const float scale = counts ? share : 0.0f;
#if KIND == KIND_CATEGORICAL_CROSS_ENTROPY
  const float largest = MAXIMUM(row_maximum(z, outputs)), largestTarget = MAXIMUM(row_maximum(t, outputs));
  const float sum = SUM(row_sum_of_exponentials(z, outputs, largest));
  const float place = -MAXIMUM(row_first_largest(z, t, outputs, largest, largestTarget));
  float ownTotal = 0, ownDot = 0, ownHit = 0;
  for EACH_ELEMENT(j, outputs) {
    ownTotal += t[j];
    ownDot += t[j] == 0 ? 0.0f : t[j] * (z[j] - largest); // 0 times minus infinity
    ownHit = j == place && z[j] == largest && t[j] == largestTarget ? 1.0f : ownHit;
  }
  const float total = SUM(ownTotal), dot = SUM(ownDot);
  const float loss = total * LOG(sum) - dot;
  *hit = MAXIMUM(ownHit) > 0 && loss == loss;
#elif KIND == KIND_BINARY_CROSS_ENTROPY
  float ownSum = 0, ownWrong = 0;
  for EACH_ELEMENT(j, outputs) {
    ownSum += fabs(z[j]) * (z[j] > 0 ? 1 - t[j] : t[j]) + LOG1P(EXP(-fabs(z[j])));
    ownWrong = (z[j] > 0) == (t[j] > 0.5f) ? ownWrong : 1.0f;
  }
  const float loss = SUM(ownSum) / outputs;
  *hit = MAXIMUM(ownWrong) == 0 && loss == loss;
#else
  float ownSum = 0;
  for EACH_ELEMENT(j, outputs) {
    ownSum += (z[j] - t[j]) * (z[j] - t[j]);
  }
  const float loss = SUM(ownSum) / outputs;
  *hit = 0;
#endif
  for EACH_ELEMENT(j, flags & HAS_GRADIENT ? outputs : 0) {
#if KIND == KIND_CATEGORICAL_CROSS_ENTROPY
    const float slope = EXP(z[j] - largest) * (total / sum) - t[j];
#elif KIND == KIND_BINARY_CROSS_ENTROPY
    const float e = EXP(-fabs(z[j]));
    const float slope = ((z[j] < 0 ? e : 1.0f) / (1 + e) - t[j]) / outputs;
#else
    const float slope = 2 * (z[j] - t[j]) / outputs;
#endif
    dz[j] = counts ? slope * scale : 0.0f; // a row that does not count may hold anything
  }
  *hit = counts ? *hit : 0;
  return counts ? loss : 0.0f;
}

KERNEL GROUP_SIZE(ROW_ITEMS, 1) void dense_loss(
    INOUT(float, z), IN(float, targets), IN(int, labels), IN(int, counted), INOUT(float, dz), OUT(float, losses),
    OUT(int, hits), const int outputs, const int ignored, const int flags) {
  SHARED;
  START(z);
  START(targets);
  START(labels);
  START(counted);
  START(dz);
  START(losses);
  START(hits);
  const int row = GROUP_ID(0);
  int hit;
  const float loss = row_loss(
      z + row * outputs, targets + row * outputs, dz + row * outputs, outputs, labels[row] != ignored,
      1.0f / counted[0], flags, &hit SHARED_ARGUMENT);
  if (LOCAL_ID(0) == 0) {
    losses[row] = loss;
    hits[row] = hit;
  }
}
