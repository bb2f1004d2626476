// Maximum pooling over [image, row, column, channel]. A work-item has SPAN neighbouring pixels of the output (backward: of
// the input, as the sum over the outputs that chose it, so that each element is written once) and every channelStep-th
// channel, or vector of LANES channels. Of equal values the first wins, a NaN wins against all.

#if LANES > 1
typedef JOIN(int, LANES) Places;
#define LOAD_PLACES(p) JOIN(vload, LANES)(0, p)
#define SPLAT_PLACE(x) ((Places)(x))
#else
typedef int Places;
#define LOAD_PLACES(p) (*(p))
#define SPLAT_PLACE(x) (x)
#endif

// Body of one window for values of type Number at x + offset, LANES or one at a time.
#define CHOOSE(Number, Place, wide_load, number, place_of, source, best, place)                                        \
  Number best = number(-INFINITY);                                                                                     \
  Place place = place_of(-1);                                                                                          \
  UNROLL_WINDOW for (int r = 0; r < windowH; r++) {                                                                    \
    UNROLL_WINDOW for (int s = 0; s < windowW; s++) {                                                                  \
      const int row = top + r * dilationH, column = left + s * dilationW;                                              \
      if (INSIDE(row, column)) {                                                                                       \
        const Number v = wide_load(source + (row * w + column) * channels);                                            \
        const Place wins = v > best || v != v || place < 0;                                                            \
        best = wins ? v : best;                                                                                        \
        place = wins ? place_of(row * w + column) : place;                                                             \
      }                                                                                                                \
    }                                                                                                                  \
  }

KERNEL void max_pool2d(
    IN(float, x), OUT(float, y), OUT(int, argmax), const int outputs, const int hasArgmax, WINDOW) {
  START(x);
  START(y);
  START(argmax);
  int pixel = GLOBAL_ID(1) * SPAN;
  const int end = min(pixel + SPAN, outputs);
  if (pixel >= end) {
    return;
  }
  int outColumn = pixel % q, outRow = pixel / q % p, image = pixel / q / p;
  for (; pixel < end; pixel++) {
    const int top = outRow * strideH - padTop, left = outColumn * strideW - padLeft;
    int channel = GLOBAL_ID(0) * LANES;
    for (; channel <= channels - LANES; channel += channelStep) {
      POINTER(const float) source = x + image * h * w * channels + channel;
      const int target = pixel * channels + channel;
      CHOOSE(Vector, Places, LOAD, SPLAT, SPLAT_PLACE, source, best, place)
      STORE(best, y + target);
      if (hasArgmax) {
        STORE(place, argmax + target);
      }
    }
    for (; channel < channels; channel++) {
      POINTER(const float) source = x + image * h * w * channels + channel;
      const int target = pixel * channels + channel;
      CHOOSE(float, int, SINGLE_LOAD, SINGLE, SINGLE, source, best, place)
      y[target] = best;
      if (hasArgmax) {
        argmax[target] = place;
      }
    }
    if (++outColumn == q) {
      outColumn = 0;
      if (++outRow == p) {
        outRow = 0;
        image++;
      }
    }
  }
}

#define COLLECT(Number, Place, wide_load, place_load, number, channel, sum)                                            \
  Number sum = number(0.0f);                                                                                           \
  for (int i = firstP; i <= lastP; i++) {                                                                              \
    for (int j = firstQ; j <= lastQ; j++) {                                                                            \
      const int at = ((image * p + i) * q + j) * channels + channel;                                                   \
      Place chosen = place_load(argmax + at) == here;                                                                  \
      if (reluInput) {                                                                                                 \
        chosen = chosen && wide_load(y + at) > 0;                                                                      \
      }                                                                                                                \
      sum += chosen ? wide_load(dy + at) : number(0.0f);                                                               \
    }                                                                                                                  \
  }

// reluInput: only outputs above 0 pass a gradient.
KERNEL void max_pool2d_gradient(
    IN(float, y), IN(int, argmax), IN(float, dy), OUT(float, dx), const int inputs, const int reluInput, WINDOW) {
  START(y);
  START(argmax);
  START(dy);
  START(dx);
  int pixel = GLOBAL_ID(1) * SPAN;
  const int end = min(pixel + SPAN, inputs);
  if (pixel >= end) {
    return;
  }
  const int reachH = (windowH - 1) * dilationH, reachW = (windowW - 1) * dilationW;
  int column = pixel % w, row = pixel / w % h, image = pixel / w / h;
  for (; pixel < end; pixel++) {
    const int here = row * w + column;
    // Outputs whose windows span this pixel.
    const int firstP = max(0, row + padTop - reachH + strideH - 1) / strideH;
    const int firstQ = max(0, column + padLeft - reachW + strideW - 1) / strideW;
    const int lastP = min((row + padTop) / strideH, p - 1), lastQ = min((column + padLeft) / strideW, q - 1);
    int channel = GLOBAL_ID(0) * LANES;
    for (; channel <= channels - LANES; channel += channelStep) {
      COLLECT(Vector, Places, LOAD, LOAD_PLACES, SPLAT, channel, sum)
      STORE(sum, dx + pixel * channels + channel);
    }
    for (; channel < channels; channel++) {
      COLLECT(float, int, SINGLE_LOAD, SINGLE_LOAD, SINGLE, channel, sum)
      dx[pixel * channels + channel] = sum;
    }
    if (++column == w) {
      column = 0;
      if (++row == h) {
        row = 0;
        image++;
      }
    }
  }
}
