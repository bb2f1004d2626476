// Average pooling over [image, row, column, channel]. A work-item has `span` neighbouring pixels of the output (backward:
// of the input, as the sum over the outputs whose windows hold it, so that each element is written once). The sum of an
// output is divided by divisors[row] * divisors[p + column]. Windows are summed up row by row.

#if PAIRS
#define FIRST_TAP(origin, window, dilation) 0
#define END_TAP(size, origin, window, dilation) (window)
#define HOLDS(i, j) 1
#else
// Taps before `end` of a window whose first tap is at `origin`.
FUNCTION int taps_before(const int end, const int origin, const int window, const int dilation) {
  return end <= origin ? 0 : min(window, (end - origin - 1) / dilation + 1);
}
#define FIRST_TAP(origin, window, dilation) taps_before(0, origin, window, dilation)
#define END_TAP(size, origin, window, dilation) taps_before(size, origin, window, dilation)
// Whether a window has a tap at the pixel that it spans: not where dilation leaves a hole.
#define HOLDS(i, j)                                                                                                    \
  ((dilationH == 1 || (row + padTop - (i) * strideH) % dilationH == 0) &&                                              \
   (dilationW == 1 || (column + padLeft - (j) * strideW) % dilationW == 0))
#endif

// Taps of the window of output (outRow, outColumn) that lie inside the image.
#define TAPS(outRow, outColumn)                                                                                        \
  const int top = (outRow)*strideH - padTop, left = (outColumn)*strideW - padLeft;                                     \
  const int firstR = FIRST_TAP(top, windowH, dilationH), endR = END_TAP(h, top, windowH, dilationH);                   \
  const int firstS = FIRST_TAP(left, windowW, dilationW), endS = END_TAP(w, left, windowW, dilationW);                 \
  const float divisor = (float)divisors[outRow] * (float)divisors[p + (outColumn)];

#define ADD_UP(Number, wide_load, number, source, sum)                                                                 \
  Number sum = number(0.0f);                                                                                           \
  UNROLL_WINDOW for (int r = firstR; r < endR; r++) {                                                                  \
    Number line = number(0.0f);                                                                                        \
    UNROLL_WINDOW for (int s = firstS; s < endS; s++) {                                                                \
      line += wide_load(source + ((top + r * dilationH) * w + left + s * dilationW) * channels);                       \
    }                                                                                                                  \
    sum += line;                                                                                                       \
  }

KERNEL void average_pool2d(
    IN(float, x), IN(int, divisors), OUT(float, y), const int outputs, const int span, WINDOW) {
  START(x);
  START(divisors);
  START(y);
  int pixel = GLOBAL_ID(1) * span;
  const int end = min(pixel + span, outputs);
  if (pixel >= end) {
    return;
  }
  int outColumn = pixel % q, outRow = pixel / q % p, image = pixel / q / p;
  for (; pixel < end; pixel++) {
    TAPS(outRow, outColumn)
    int channel = GLOBAL_ID(0) * LANES;
    for (; channel <= channels - LANES; channel += channelStep) {
      POINTER(const float) source = x + image * h * w * channels + channel;
      ADD_UP(Vector, LOAD, SPLAT, source, sum)
      STORE(sum / divisor, y + pixel * channels + channel);
    }
    for (; channel < channels; channel++) {
      POINTER(const float) source = x + image * h * w * channels + channel;
      ADD_UP(float, SINGLE_LOAD, SINGLE, source, sum)
      y[pixel * channels + channel] = sum / divisor;
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

// For large windows on GPUs: `lanes` work-items share an output, each with every lanes-th tap; a group has `across`
// channels of one pixel.
KERNEL void average_pool2d_large(
    IN(float, x), IN(int, divisors), OUT(float, y), const int across, const int lanes, WINDOW) {
  LOCAL(float, sums, GROUP_ITEMS);
  START(x);
  START(divisors);
  START(y);
  const int channel = GLOBAL_ID(0), pixel = GROUP_ID(1), lane = LOCAL_ID(1), place = LOCAL_ID(0);
  const int outColumn = pixel % q, outRow = pixel / q % p, image = pixel / q / p;
  TAPS(outRow, outColumn)
  float sum = 0, line = 0;
  if (channel < channels) {
    POINTER(const float) source = x + image * h * w * channels + channel;
    const int tapsW = endS - firstS, taps = (endR - firstR) * tapsW;
    int r = firstR, s = lane;
    for (int tap = lane; tap < taps; tap += lanes, s += lanes) {
      while (s >= tapsW) {
        s -= tapsW;
        r++;
        sum += line;
        line = 0;
      }
      line += source[((top + r * dilationH) * w + left + (firstS + s) * dilationW) * channels];
    }
  }
  sums[lane * across + place] = sum + line;
  BARRIER();
  if (lane == 0 && channel < channels) {
    float total = 0;
    for (int i = 0; i < lanes; i++) {
      total += sums[i * across + place];
    }
    y[pixel * channels + channel] = total / divisor;
  }
}

#define SPREAD(Number, wide_load, number, channel, sum)                                                                \
  Number sum = number(0.0f);                                                                                           \
  for (int i = firstP; i <= lastP; i++) {                                                                              \
    for (int j = firstQ; j <= lastQ; j++) {                                                                            \
      if (HOLDS(i, j)) {                                                                                               \
        const float weight = 1.0f / ((float)divisors[i] * (float)divisors[p + j]);                                     \
        sum += wide_load(dy + ((image * p + i) * q + j) * channels + channel) * weight;                                \
      }                                                                                                                \
    }                                                                                                                  \
  }

KERNEL void average_pool2d_gradient(
    IN(float, dy), IN(int, divisors), OUT(float, dx), const int inputs, const int span, WINDOW) {
  START(dy);
  START(divisors);
  START(dx);
  int pixel = GLOBAL_ID(1) * span;
  const int end = min(pixel + span, inputs);
  if (pixel >= end) {
    return;
  }
  const int reachH = (windowH - 1) * dilationH, reachW = (windowW - 1) * dilationW;
  int column = pixel % w, row = pixel / w % h, image = pixel / w / h;
  for (; pixel < end; pixel++) {
    // Outputs whose windows span this pixel.
    const int firstP = max(0, row + padTop - reachH + strideH - 1) / strideH;
    const int firstQ = max(0, column + padLeft - reachW + strideW - 1) / strideW;
    const int lastP = min((row + padTop) / strideH, p - 1), lastQ = min((column + padLeft) / strideW, q - 1);
    int channel = GLOBAL_ID(0) * LANES;
    for (; channel <= channels - LANES; channel += channelStep) {
      SPREAD(Vector, LOAD, SPLAT, channel, sum)
      STORE(sum, dx + pixel * channels + channel);
    }
    for (; channel < channels; channel++) {
      SPREAD(float, SINGLE_LOAD, SINGLE, channel, sum)
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
