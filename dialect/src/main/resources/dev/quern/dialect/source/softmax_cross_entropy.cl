// Softmax, cross-entropy against integer labels, its gradient and the count of right answers. Appended to softmax.cl,
// whose rows these are, and loss.cl. In three launches: how many rows count, the rows, the sums over them; in one for
// few rows.

#define HAS_UPSTREAM 1

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
