// Maximum pooling. Forward, a work-item has one output pixel of NHWC and LANES of its channels, or with CHANNELS_FIRST one
// output of a plane; backward one input likewise, as the sum over the outputs that chose it: each element is written once.
// Of equal values the first wins, a NaN wins against all. SPAN: pixels of a work-item.

#define WINDOW                                                                                                         \
  const int channels, const int h, const int w, const int p, const int q, const int windowH, const int windowW,        \
      const int strideH, const int strideW, const int padTop, const int padLeft, const int dilationH,                  \
      const int dilationW

// One output; x begins at the channel, whose pixels lie pitch apart. Returns where the maximum stands.
FUNCTION int maximum(
    POINTER(const float) x, const int pitch, const int h, const int w, const int top, const int left, const int windowH,
    const int windowW, const int dilationH, const int dilationW, float *best) {
  int place = -1;
  *best = -INFINITY;
  for (int r = 0; r < windowH; r++) {
    const int row = top + r * dilationH;
    for (int s = 0; s < windowW; s++) {
      const int column = left + s * dilationW;
      if (row >= 0 && row < h && column >= 0 && column < w) {
        const float v = x[(row * w + column) * pitch];
        if (v > *best || v != v || place < 0) {
          *best = v;
          place = row * w + column;
        }
      }
    }
  }
  return place;
}

#if LANES > 1
// The same for LANES channels side by side.
FUNCTION JOIN(int, LANES) maxima(
    POINTER(const float) x, const int pitch, const int h, const int w, const int top, const int left, const int windowH,
    const int windowW, const int dilationH, const int dilationW, Vector *best) {
  JOIN(int, LANES) place = (JOIN(int, LANES))(-1);
  *best = SPLAT(-INFINITY);
  for (int r = 0; r < windowH; r++) {
    const int row = top + r * dilationH;
    for (int s = 0; s < windowW; s++) {
      const int column = left + s * dilationW;
      if (row >= 0 && row < h && column >= 0 && column < w) {
        const Vector v = LOAD(x + (row * w + column) * pitch);
        const JOIN(int, LANES) wins = v > *best || v != v || place < 0;
        *best = wins ? v : *best;
        place = wins ? row * w + column : place;
      }
    }
  }
  return place;
}
#endif

KERNEL void max_pool2d(
    IN(float, x), OUT(float, y), OUT(int, argmax), const int outputs, const int hasArgmax, WINDOW) {
  START(x);
  START(y);
  START(argmax);
  const int channel = GLOBAL_ID(0) * LANES;
  if (channel >= channels) {
    return;
  }
  int pixel = GLOBAL_ID(1) * SPAN;
  const int end = min(pixel + SPAN, outputs);
  for (; pixel < end; pixel++) {
    const int column = pixel % q, line = pixel / q, image = line / p;
    const int top = line % p * strideH - padTop, left = column * strideW - padLeft;
    POINTER(const float) source = x + image * h * w * channels + channel;
    const int target = pixel * channels + channel;
#if LANES > 1
    if (channel <= channels - LANES) {
      Vector best;
      const JOIN(int, LANES) place =
          maxima(source, channels, h, w, top, left, windowH, windowW, dilationH, dilationW, &best);
      STORE(best, y + target);
      if (hasArgmax) {
        STORE(place, argmax + target);
      }
      continue;
    }
#endif
    for (int c = 0; c < min(LANES, channels - channel); c++) {
      float best;
      const int place =
          maximum(source + c, channels, h, w, top, left, windowH, windowW, dilationH, dilationW, &best);
      y[target + c] = best;
      if (hasArgmax) {
        argmax[target + c] = place;
      }
    }
  }
}

// reluInput: only outputs above 0 pass a gradient.
KERNEL void max_pool2d_gradient(
    IN(float, y), IN(int, argmax), IN(float, dy), OUT(float, dx), const int inputs, const int reluInput, WINDOW) {
  START(y);
  START(argmax);
  START(dy);
  START(dx);
  const int channel = GLOBAL_ID(0) * LANES;
  if (channel >= channels) {
    return;
  }
  int pixel = GLOBAL_ID(1) * SPAN;
  const int end = min(pixel + SPAN, inputs);
  for (; pixel < end; pixel++) {
    const int column = pixel % w, line = pixel / w, image = line / h, row = line % h;
    const int here = row * w + column;
    // Outputs whose windows span this pixel.
    const int reachH = (windowH - 1) * dilationH, reachW = (windowW - 1) * dilationW;
    const int firstP = max(0, row + padTop - reachH + strideH - 1) / strideH;
    const int firstQ = max(0, column + padLeft - reachW + strideW - 1) / strideW;
    const int lastP = min((row + padTop) / strideH, p - 1), lastQ = min((column + padLeft) / strideW, q - 1);
#if LANES > 1
    if (channel <= channels - LANES) {
      Vector sum = SPLAT(0.0f);
      for (int i = firstP; i <= lastP; i++) {
        for (int j = firstQ; j <= lastQ; j++) {
          const int at = ((image * p + i) * q + j) * channels + channel;
          JOIN(int, LANES) chosen = JOIN(vload, LANES)(0, argmax + at) == here;
          if (reluInput) {
            chosen = chosen && LOAD(y + at) > 0;
          }
          sum += chosen ? LOAD(dy + at) : SPLAT(0.0f);
        }
      }
      STORE(sum, dx + pixel * channels + channel);
      continue;
    }
#endif
    for (int c = channel; c < min(channel + LANES, channels); c++) {
      float sum = 0;
      for (int i = firstP; i <= lastP; i++) {
        for (int j = firstQ; j <= lastQ; j++) {
          const int at = ((image * p + i) * q + j) * channels + c;
          if (argmax[at] == here && (!reluInput || y[at] > 0)) {
            sum += dy[at];
          }
        }
      }
      dx[pixel * channels + c] = sum;
    }
  }
}
