// What losses share: how many rows count, and the sums over the rows. Appended to softmax.cl.

#define HAS_GRADIENT 2
#define REDUCES 4
#define MEAN 8
#define HAS_LOSS 16
#define HAS_TOTAL_LOSS 32
#define HAS_TOTAL_HITS 64

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
