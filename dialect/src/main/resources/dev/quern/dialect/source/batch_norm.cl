// Batch normalisation over [rows, channels]. A work-item has LANES channels, or one by one what is left of them: of SPAN
// rows where it writes elements, of a block of rows where it sums up. pixels: rows of an image, whose label says whether
// they count; 0 if all rows do.

#define IGNORED (-1)
#define SINGLE_LOAD(p) (*(p))
#define SINGLE_STORE(v, p) (*(p) = (v))
#define SINGLE(x) (x)

// Body for the vector of channels at c, if it is whole, else for each of them.
#define EACH_CHANNEL(BODY)                                                                                             \
  if (c <= channels - LANES) {                                                                                         \
    BODY(Vector, LOAD, STORE, SPLAT)                                                                                   \
  } else {                                                                                                             \
    for (; c < channels; c++) {                                                                                        \
      BODY(float, SINGLE_LOAD, SINGLE_STORE, SINGLE)                                                                   \
    }                                                                                                                  \
  }

// Walks from row first to last, the latter not included, and keeps count of the image that the row is in.
#define EACH_ROW                                                                                                       \
  int image = pixels > 0 ? first / pixels : 0, left = pixels > 0 ? (image + 1) * pixels - first : last - first;        \
  int counts = pixels > 0 ? first < last && labels[image] != IGNORED : 1;                                              \
  for (int row = first; row < last; row++)
#define NEXT_ROW                                                                                                       \
  if (--left == 0 && row + 1 < last) {                                                                                 \
    image++;                                                                                                           \
    left = pixels;                                                                                                     \
    counts = labels[image] != IGNORED;                                                                                 \
  }

// Of a block of rows: how many count, their mean, and the sum of squared differences from it, in three planes of
// [blocks, channels]. Summed up are differences from the first row: a large mean costs no accuracy.
#define MOMENTS(Number, WIDE_LOAD, WIDE_STORE, WIDE)                                                                   \
  Number from = WIDE(0.0f), sum = from, squares = from;                                                                \
  int count = 0;                                                                                                       \
  EACH_ROW {                                                                                                           \
    if (counts) {                                                                                                      \
      const Number value = WIDE_LOAD(x + row * channels + c);                                                          \
      from = count == 0 ? value : from;                                                                                \
      const Number d = value - from;                                                                                   \
      sum += d;                                                                                                        \
      squares += d * d;                                                                                                \
      count++;                                                                                                         \
    }                                                                                                                  \
    NEXT_ROW                                                                                                           \
  }                                                                                                                    \
  const Number away = sum / (float)max(1, count);                                                                      \
  WIDE_STORE(WIDE((float)count), partials + block * channels + c);                                                     \
  WIDE_STORE(from + away, partials + (blocks + block) * channels + c);                                                 \
  WIDE_STORE(squares - away * sum, partials + (2 * blocks + block) * channels + c);

KERNEL void batch_norm_moments(
    IN(float, x), IN(int, labels), OUT(float, partials), const int rows, const int channels, const int blocks,
    const int blockRows, const int pixels) {
  START(x);
  START(labels);
  START(partials);
  int c = GLOBAL_ID(0) * LANES;
  const int block = GLOBAL_ID(1), first = block * blockRows, last = min(first + blockRows, rows);
  if (block >= blocks) {
    return;
  }
  EACH_CHANNEL(MOMENTS)
}

// Puts the blocks of a channel together (Chan, Golub and LeVeque, 1979), saves its statistics and moves the moving ones.
KERNEL void batch_norm_statistics(
    IN(float, partials), OUT(float, mean), OUT(float, invStd), INOUT(float, movingMean), INOUT(float, movingVariance),
    const int channels, const int blocks, const float epsilon, const float momentum, const float rest,
    const int unbiased) {
  START(partials);
  START(mean);
  START(invStd);
  START(movingMean);
  START(movingVariance);
  const int c = GLOBAL_ID(0);
  if (c >= channels) {
    return;
  }
  int count = 0;
  float center = 0, squares = 0;
  for (int block = 0; block < blocks; block++) {
    const int more = (int)partials[block * channels + c];
    if (more > 0) {
      const float share = (float)more / (count + more);
      const float distance = partials[(blocks + block) * channels + c] - center;
      center += distance * share;
      squares += partials[(2 * blocks + block) * channels + c] + distance * (count * share) * distance;
      count += more;
    }
  }
  squares = squares < 0 ? 0.0f : squares; // of equal numbers it may be, by a rounding
  const float variance = count == 0 ? 1.0f : squares / max(1, count);
  mean[c] = center;
  invStd[c] = 1.0f / SQRT(variance + epsilon);
  if (count > 0) {
    movingMean[c] = movingMean[c] * momentum + center * rest;
    movingVariance[c] = movingVariance[c] * momentum + (unbiased ? squares / max(1, count - 1) : variance) * rest;
  }
}

// With the second statistic as it is, one over the standard deviation, or a variance for which epsilon is given. Nothing
// is less than least: 0 for a ReLU.
#define NORMALISE(Number, WIDE_LOAD, WIDE_STORE, WIDE)                                                                 \
  const Number center = WIDE_LOAD(mean + c), second = WIDE_LOAD(spread + c);                                           \
  const Number scale = WIDE_LOAD(gamma + c) * (epsilon > 0 ? 1.0f / SQRT(second + epsilon) : second);                  \
  const Number shift = WIDE_LOAD(beta + c);                                                                            \
  for (int row = first; row < last; row++) {                                                                           \
    const Number value = (WIDE_LOAD(x + row * channels + c) - center) * scale + shift;                                 \
    WIDE_STORE(value < least ? WIDE(least) : value, y + row * channels + c);                                           \
  }

KERNEL void batch_norm(
    SOURCE(float, x), IN(float, gamma), IN(float, beta), IN(float, mean), IN(float, spread), INOUT(float, y),
    const int rows, const int channels, const float epsilon, const float least) {
  START(x);
  START(gamma);
  START(beta);
  START(mean);
  START(spread);
  START(y);
  int c = GLOBAL_ID(0) * LANES;
  const int first = GLOBAL_ID(1) * SPAN, last = min(first + SPAN, rows);
  EACH_CHANNEL(NORMALISE)
}

// Of a block of rows: the sum of gradients, and of gradients times the distance from the mean, in two planes of
// [blocks, channels].
#define GRADIENT_SUMS(Number, WIDE_LOAD, WIDE_STORE, WIDE)                                                             \
  const Number center = WIDE_LOAD(mean + c);                                                                           \
  Number sum = WIDE(0.0f), product = sum;                                                                              \
  EACH_ROW {                                                                                                           \
    if (counts) {                                                                                                      \
      const Number slope = WIDE_LOAD(dy + row * channels + c);                                                         \
      sum += slope;                                                                                                    \
      product += slope * (WIDE_LOAD(x + row * channels + c) - center);                                                 \
    }                                                                                                                  \
    NEXT_ROW                                                                                                           \
  }                                                                                                                    \
  WIDE_STORE(sum, partials + block * channels + c);                                                                    \
  WIDE_STORE(product, partials + (blocks + block) * channels + c);

KERNEL void batch_norm_gradient_sums(
    IN(float, x), IN(float, dy), IN(int, labels), IN(float, mean), OUT(float, partials), const int rows,
    const int channels, const int blocks, const int blockRows, const int pixels) {
  START(x);
  START(dy);
  START(labels);
  START(mean);
  START(partials);
  int c = GLOBAL_ID(0) * LANES;
  const int block = GLOBAL_ID(1), first = block * blockRows, last = min(first + blockRows, rows);
  if (block >= blocks) {
    return;
  }
  EACH_CHANNEL(GRADIENT_SUMS)
}

// The gradients of a channel, and what dx = dy * scale + (x - mean) * slope + shift takes, in three planes of channels.
KERNEL void batch_norm_gradient_totals(
    IN(float, partials), IN(int, labels), IN(float, gamma), IN(float, invStd), OUT(float, planes), OUT(float, dgamma),
    OUT(float, dbeta), const int rows, const int channels, const int blocks, const int pixels, const int parameters) {
  START(partials);
  START(labels);
  START(gamma);
  START(invStd);
  START(planes);
  START(dgamma);
  START(dbeta);
  const int c = GLOBAL_ID(0);
  if (c >= channels) {
    return;
  }
  int count = pixels > 0 ? 0 : rows;
  for (int row = 0; row < (pixels > 0 ? rows : 0); row += pixels) {
    count += labels[row / max(1, pixels)] != IGNORED ? pixels : 0;
  }
  float sum = 0, product = 0;
  for (int block = 0; block < blocks; block++) {
    sum += partials[block * channels + c];
    product += partials[(blocks + block) * channels + c];
  }
  const float scale = gamma[c] * invStd[c], each = scale / max(1, count);
  if (parameters) {
    dgamma[c] = product * invStd[c];
    dbeta[c] = sum;
  }
  planes[c] = scale;
  planes[channels + c] = -each * invStd[c] * (product * invStd[c]);
  planes[2 * channels + c] = -each * sum;
}

#define GRADIENT(Number, WIDE_LOAD, WIDE_STORE, WIDE)                                                                  \
  const Number center = WIDE_LOAD(mean + c), scale = WIDE_LOAD(planes + c);                                            \
  const Number slope = WIDE_LOAD(planes + channels + c), shift = WIDE_LOAD(planes + 2 * channels + c);                 \
  EACH_ROW {                                                                                                           \
    const int at = row * channels + c;                                                                                 \
    WIDE_STORE(                                                                                                        \
        counts ? WIDE_LOAD(dy + at) * scale + ((WIDE_LOAD(x + at) - center) * slope + shift) : WIDE(0.0f), dx + at);   \
    NEXT_ROW                                                                                                           \
  }

KERNEL void batch_norm_gradient(
    IN(float, x), SOURCE(float, dy), IN(int, labels), IN(float, mean), IN(float, planes), INOUT(float, dx),
    const int rows, const int channels, const int pixels) {
  START(x);
  START(dy);
  START(labels);
  START(mean);
  START(planes);
  START(dx);
  int c = GLOBAL_ID(0) * LANES;
  const int first = GLOBAL_ID(1) * SPAN, last = min(first + SPAN, rows);
  EACH_CHANNEL(GRADIENT)
}
