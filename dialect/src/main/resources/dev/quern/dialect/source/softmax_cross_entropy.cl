// Softmax, cross-entropy against integer labels, its gradient and the count of right answers. Appended to softmax.cl,
// whose rows these are. In three launches: how many rows count, the rows, the sums over them; in one for few rows.

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

// One row: writes the gradient, returns the loss and tells whether the answer is right.
FUNCTION float row_loss(
    POINTER(float) z, POINTER(float) dz, const int label, const int classes, const int ignored, const float scale,
    const int flags, int *hit SHARED_PARAMETER) {
  const int item = ROW_ITEM;
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
  *hit = 0;
  if (!inside) {
    const float value = label == ignored ? 0.0f : NAN; // never a silent wrong answer
    if (flags & HAS_GRADIENT) {
      for (int j = item; j < classes; j += ROW_ITEMS) {
        dz[j] = value;
      }
    }
    return value;
  }
  if (flags & HAS_GRADIENT) {
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
  const float loss = LOG(sum) - (logit - maximum);
  *hit = logit == maximum && before == 0 && loss == loss;
  return loss;
}

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
  const int row = GROUP_ID(0);
  float scale = flags & HAS_UPSTREAM ? upstream[flags & REDUCES ? 0 : row] : 1.0f;
  if (flags & MEAN) {
    scale /= counted[0];
  }
  int hit;
  const float loss =
      row_loss(z + row * classes, dz + row * classes, labels[row], classes, ignored, scale, flags, &hit SHARED_ARGUMENT);
  if (LOCAL_ID(0) == 0) {
    losses[row] = loss;
    hits[row] = hit;
  }
}

#define HAS_LOSS 16
#define HAS_TOTAL_LOSS 32
#define HAS_TOTAL_HITS 64

#define TWO_SUM(sum, error, term)                                                                                      \
  {                                                                                                                    \
    const float next = sum + (term), part = next - sum;                                                                \
    error += (sum - (next - part)) + ((term) - part);                                                                  \
    sum = next;                                                                                                        \
  }

// The totals of a group whose work-items have each summed some rows; they are added to what is there.
#define TOTALS(sums, errors, hits, counted)                                                                            \
  for (int i = 1; i < TOTAL_ITEMS; i++) {                                                                              \
    TWO_SUM(sum, error, sums[i])                                                                                       \
    error += errors[i];                                                                                                \
    right += hits[i];                                                                                                  \
  }                                                                                                                    \
  sum += error;                                                                                                        \
  if ((flags & HAS_LOSS) && (flags & REDUCES)) {                                                                       \
    loss[0] = flags & MEAN ? sum / (counted) : sum;                                                                    \
  }                                                                                                                    \
  if (flags & HAS_TOTAL_LOSS) {                                                                                        \
    totalLoss[0] += sum;                                                                                               \
  }                                                                                                                    \
  if (flags & HAS_TOTAL_HITS) {                                                                                        \
    totalHits[0] += right;                                                                                             \
  }

// Sums of all rows, in an order that their number fixes. One group of TOTAL_ITEMS work-items.
KERNEL GROUP_SIZE(TOTAL_ITEMS, 1) void sum_rows(
    IN(float, losses), IN(int, hits), IN(int, counted), OUT(float, loss), OUT(float, totalLoss), OUT(int, totalHits),
    const int rows, const int flags) {
  LOCAL(float, sums, TOTAL_ITEMS);
  LOCAL(float, errors, TOTAL_ITEMS);
  LOCAL(int, rights, TOTAL_ITEMS);
  START(losses);
  START(hits);
  START(counted);
  START(loss);
  START(totalLoss);
  START(totalHits);
  const int item = LOCAL_ID(0);
  float sum = 0, error = 0; // the error of each addition is kept (Knuth's two-sum), as there is no double
  int right = 0;
  for (int i = item; i < rows; i += TOTAL_ITEMS) {
    const float term = losses[i];
    TWO_SUM(sum, error, term)
    right += hits[i];
    if ((flags & HAS_LOSS) && !(flags & REDUCES)) {
      loss[i] = term;
    }
  }
  sums[item] = sum;
  errors[item] = error;
  rights[item] = right;
  BARRIER();
  if (item == 0) {
    TOTALS(sums, errors, rights, counted[0])
  }
}

#if ROW_ITEMS == 1
// All of it for a small batch, whose rows take less time than two more launches. One group of TOTAL_ITEMS work-items.
KERNEL GROUP_SIZE(TOTAL_ITEMS, 1) void softmax_cross_entropy_of_few(
    INOUT(float, z), IN(int, labels), IN(float, upstream), INOUT(float, dz), OUT(float, loss), OUT(float, totalLoss),
    OUT(int, totalHits), const int rows, const int classes, const int ignored, const int flags) {
  LOCAL(float, sums, TOTAL_ITEMS);
  LOCAL(float, errors, TOTAL_ITEMS);
  LOCAL(int, rights, TOTAL_ITEMS);
  START(z);
  START(labels);
  START(upstream);
  START(dz);
  START(loss);
  START(totalLoss);
  START(totalHits);
  const int item = LOCAL_ID(0);
  int own = 0, counted = 0;
  for (int row = item; row < rows; row += TOTAL_ITEMS) {
    own += labels[row] != ignored;
  }
  rights[item] = own;
  BARRIER();
  for (int i = 0; i < TOTAL_ITEMS; i++) {
    counted += rights[i];
  }
  counted = max(1, counted);
  BARRIER(); // all have read before one writes there again
  float sum = 0, error = 0;
  int right = 0;
  for (int row = item; row < rows; row += TOTAL_ITEMS) {
    float scale = flags & HAS_UPSTREAM ? upstream[flags & REDUCES ? 0 : row] : 1.0f;
    if (flags & MEAN) {
      scale /= counted;
    }
    int hit;
    const float term =
        row_loss(z + row * classes, dz + row * classes, labels[row], classes, ignored, scale, flags, &hit);
    TWO_SUM(sum, error, term)
    right += hit;
    if ((flags & HAS_LOSS) && !(flags & REDUCES)) {
      loss[row] = term;
    }
  }
  sums[item] = sum;
  errors[item] = error;
  rights[item] = right;
  BARRIER();
  if (item == 0) {
    TOTALS(sums, errors, rights, counted)
  }
}
#endif
