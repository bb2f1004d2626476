// Softmax, cross-entropy against integer labels, its gradient and the count of right answers. Appended to softmax.cl,
// whose rows these are. results is [rows] losses and then [rows] hits.

// How many rows count, for the mean: at least 1. One group of TOTAL_ITEMS work-items.
KERNEL GROUP_SIZE(TOTAL_ITEMS, 1) void count_rows(IN(int, labels), OUT(int, counted), const int rows, const int ignored) {
  LOCAL(int, counts, TOTAL_ITEMS);
  START(labels);
  START(counted);
  const int item = LOCAL_ID(0);
  int count = 0;
  for (int i = item; i < rows; i += TOTAL_ITEMS) {
    count += labels[i] != ignored;
  }
  counts[item] = count;
  BARRIER();
  if (item == 0) {
    for (int i = 1; i < TOTAL_ITEMS; i++) {
      count += counts[i];
    }
    counted[0] = max(1, count);
  }
}

#define HAS_UPSTREAM 1
#define HAS_GRADIENT 2
#define REDUCES 4
#define MEAN 8

KERNEL GROUP_SIZE(ROW_ITEMS, 1) void softmax_cross_entropy(
    INOUT(float, z), IN(int, labels), IN(float, upstream), IN(int, counted), INOUT(float, dz), OUT(float, losses),
    OUT(int, hits), const int rows, const int classes, const int ignored, const int flags) {
  SHARED;
  START(z);
  START(labels);
  START(upstream);
  START(counted);
  START(dz);
  START(losses);
  START(hits);
  const int row = GROUP_ID(0), item = LOCAL_ID(0), label = labels[row];
  z += row * classes;
  dz += row * classes;
  // No work-item leaves before the others: all of a group must reach each barrier, and compilers (PoCL's crashes) do not
  // see that a label is the same for all of them.
  const int inside = label >= 0 && label < classes && label != ignored;
  const float logit = inside ? z[label] : 0.0f; // dz may lie over z
  const float maximum = MAXIMUM(row_maximum(z, classes));
  const float sum = SUM(row_sum_of_exponentials(z, classes, maximum));
  float before = 0; // whether an equal logit stands in front of the label's
  for (int j = item; j < (inside ? label : 0); j += ROW_ITEMS) {
    before = z[j] == logit ? 1.0f : before;
  }
  before = MAXIMUM(before);
#if ROW_ITEMS > 1
  BARRIER_OF_BUFFERS(); // all have read the label's logit before one of them writes dz there
#endif
  if (!inside) {
    const float value = label == ignored ? 0.0f : NAN; // never a silent wrong answer
    if (flags & HAS_GRADIENT) {
      for (int j = item; j < classes; j += ROW_ITEMS) {
        dz[j] = value;
      }
    }
    if (item == 0) {
      losses[row] = value;
      hits[row] = 0;
    }
    return;
  }
  if (flags & HAS_GRADIENT) {
    float scale = flags & HAS_UPSTREAM ? upstream[flags & REDUCES ? 0 : row] : 1.0f;
    if (flags & MEAN) {
      scale /= counted[0];
    }
    const float factor = scale / sum;
    for EACH_VECTOR(j, classes) {
      STORE(EXP(LOAD(z + j) - maximum) * factor, dz + j);
    }
    for EACH_REST(j, classes) {
      dz[j] = EXP(z[j] - maximum) * factor;
    }
    if (item == (label < WHOLE(classes) ? label / LANES : label - WHOLE(classes)) % ROW_ITEMS) {
      dz[label] -= scale; // who wrote it
    }
  }
  if (item == 0) {
    const float loss = LOG(sum) - (logit - maximum);
    losses[row] = loss;
    hits[row] = logit == maximum && before == 0 && loss == loss;
  }
}

#define HAS_LOSS 16
#define HAS_TOTAL_LOSS 32
#define HAS_TOTAL_HITS 64

// Sums of all rows, in an order that their number fixes; the totals are added to. One group of TOTAL_ITEMS work-items.
KERNEL GROUP_SIZE(TOTAL_ITEMS, 1) void sum_rows(
    IN(float, losses), IN(int, hits), IN(int, counted), OUT(float, loss), OUT(float, totalLoss), OUT(int, totalHits),
    const int rows, const int flags) {
  LOCAL(float, sums, TOTAL_ITEMS);
  LOCAL(float, errors, TOTAL_ITEMS);
  LOCAL(int, counts, TOTAL_ITEMS);
  START(losses);
  START(hits);
  START(counted);
  START(loss);
  START(totalLoss);
  START(totalHits);
  const int item = LOCAL_ID(0);
  float sum = 0, error = 0; // the error of each addition is kept (Knuth's two-sum), as there is no double
  int count = 0;
  for (int i = item; i < rows; i += TOTAL_ITEMS) {
    const float term = losses[i], next = sum + term, part = next - sum;
    error += (sum - (next - part)) + (term - part);
    sum = next;
    count += hits[i];
    if ((flags & HAS_LOSS) && !(flags & REDUCES)) {
      loss[i] = term;
    }
  }
  sums[item] = sum;
  errors[item] = error;
  counts[item] = count;
  BARRIER();
  if (item == 0) {
    for (int i = 1; i < TOTAL_ITEMS; i++) {
      const float term = sums[i], next = sum + term, part = next - sum;
      error += (sum - (next - part)) + (term - part) + errors[i];
      sum = next;
      count += counts[i];
    }
    sum += error;
    if ((flags & HAS_LOSS) && (flags & REDUCES)) {
      loss[0] = flags & MEAN ? sum / counted[0] : sum;
    }
    if (flags & HAS_TOTAL_LOSS) {
      totalLoss[0] += sum;
    }
    if (flags & HAS_TOTAL_HITS) {
      totalHits[0] += count;
    }
  }
}
