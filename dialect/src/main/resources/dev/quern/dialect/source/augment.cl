// Random variations of images, as the contract of Augment and the class Placement of kernels say: draws and positions in
// whole numbers, the same on every device. A work-item of GROUP draws once for its image, then samples SPAN pixels at
// distances of GROUP, so that neighbours in a group write neighbouring pixels.

#define ONE (1 << 30)
#define PIXEL (1 << 16)
#define SHARE 1.52587890625e-5f // 2^-16, exactly

// Philox 4x32-10 (Salmon et al., SC 2011, section 4.3).
#define DRAW_BLOCK(words, c0, c1, c2, c3, key0, key1)                                                                  \
  uint words[4] = {c0, c1, c2, c3};                                                                                    \
  {                                                                                                                    \
    uint k0 = key0, k1 = key1;                                                                                         \
    UNROLL for (int round = 0; round < 10; round++) {                                                                  \
      const uint high0 = HIGH_PRODUCT(0xD2511F53u, words[0]), low0 = 0xD2511F53u * words[0];                           \
      const uint high1 = HIGH_PRODUCT(0xCD9E8D57u, words[2]), low1 = 0xCD9E8D57u * words[2];                           \
      words[0] = high1 ^ words[1] ^ k0;                                                                                \
      words[1] = low1;                                                                                                 \
      words[2] = high0 ^ words[3] ^ k1;                                                                                \
      words[3] = low0;                                                                                                 \
      k0 += 0x9E3779B9u;                                                                                               \
      k1 += 0xBB67AE85u;                                                                                               \
    }                                                                                                                  \
  }

FUNCTION int scaled(const int a, const int b) { return (int)((LONG)a * b >> 30); }

// 1 - s/a (1 - s/b (1 - s/c (1 - s/d))) in units of 2^-30.
FUNCTION int series(const int s, const int a, const int b, const int c, const int d) {
  return ONE - scaled(s, ONE - scaled(s, ONE - scaled(s, ONE - s / d) / c) / b) / a;
}

// In units of 2^-30; angles in units of 2^-32 of a turn.
FUNCTION int sine(const uint angle) {
  const uint quarters = (angle + ONE / 2) >> 30;
  const int rest = (int)(angle - quarters * ONE);
  const int radians = scaled(rest, 1686629713);
  const int square = scaled(radians, radians);
  const int value = quarters % 2 == 0 ? scaled(radians, series(square, 6, 20, 42, 72)) : series(square, 2, 12, 30, 56);
  return quarters < 2 ? value : -value;
}

// From -limit to limit.
FUNCTION int evenly(const uint word, const LONG limit) { return (int)((limit * (int)word + ONE) >> 31); }

FUNCTION int shift(const uint word, const int limit, const int wholePixels) {
  return wholePixels ? ((int)HIGH_PRODUCT(word, 2u * (uint)limit + 1u) - limit) * PIXEL : evenly(word, limit);
}

FUNCTION int entry(const int zoom, const int part) { return (int)(((LONG)zoom * part + ((LONG)1 << 44)) >> 45); }

// A neighbour, or what is outside.
#define AT(row, column)                                                                                                \
  ((row) >= 0 && (row) < h && (column) >= 0 && (column) < w ? x[image + ((row) * w + (column)) * channels + c] : fill)
// A neighbour of weight 0 is not touched.
#define BETWEEN(share, near, far) ((share) == 0.0f ? (near) : (1.0f - (share)) * (near) + (share) * (far))
#define ACROSS(row) BETWEEN(right, AT(row, left), AT(row, left + 1))

KERNEL void augment(
    IN(float, x), IN(int, step), OUT(float, y), const int h, const int w, const int channels, const uint key0,
    const uint key1, const int heightLimit, const int widthLimit, const int wholePixels, const LONG angleLimit,
    const int zoomLimit, const int flipHorizontal, const int flipVertical, const int side, const float mostBrightness,
    const float fill) {
  START(x);
  START(step);
  START(y);
  const int pixels = h * w;
  int pixel = GROUP_ID(0) * GROUP * SPAN + LOCAL_ID(0);
  if (pixel >= pixels) {
    return;
  }
  DRAW_BLOCK(first, (uint)GLOBAL_ID(1), 0, (uint)step[0], 1, key0, key1)
  DRAW_BLOCK(second, (uint)GLOBAL_ID(1), 1, (uint)step[0], 1, key0, key1)
  const uint angle = (uint)evenly(first[2], angleLimit);
  const int zoom = ONE + evenly(first[3], zoomLimit);
  const int across = flipHorizontal && second[0] >> 31 ? -1 : 1;
  const int downward = flipVertical && (second[0] >> 30 & 1) ? -1 : 1;
  const int cosinePart = entry(zoom, sine(angle + ONE)), sinePart = entry(zoom, sine(angle));
  const int rowDown = 2 * cosinePart * downward, rowAcross = 2 * sinePart * across;
  const int columnDown = -2 * sinePart * downward, columnAcross = 2 * cosinePart * across;
  const int firstRow = (PIXEL * (h - 1) - rowDown * (h - 1) - rowAcross * (w - 1)) / 2
      - shift(first[0], heightLimit, wholePixels);
  const int firstColumn = (PIXEL * (w - 1) - columnDown * (h - 1) - columnAcross * (w - 1)) / 2
      - shift(first[1], widthLimit, wholePixels);
  const float brightness = (float)((int)second[1] >> 8) * 1.1920929e-7f * mostBrightness; // 2^-23, exactly
  const int cutTop = (int)HIGH_PRODUCT(second[2], (uint)h) - side / 2;
  const int cutLeft = (int)HIGH_PRODUCT(second[3], (uint)w) - side / 2;
  const int image = GLOBAL_ID(1) * pixels * channels;
  for (int k = 0; k < SPAN && pixel < pixels; k++, pixel += GROUP) {
    const int i = pixel / w, j = pixel % w;
    const int row = firstRow + rowDown * i + rowAcross * j, column = firstColumn + columnDown * i + columnAcross * j;
    const int top = row >> 16, left = column >> 16;
    const float down = (float)(row & (PIXEL - 1)) * SHARE, right = (float)(column & (PIXEL - 1)) * SHARE;
    const int isCut = i >= cutTop && i < cutTop + side && j >= cutLeft && j < cutLeft + side;
    for (int c = 0; c < channels; c++) {
      const float above = ACROSS(top);
      const float sampled = BETWEEN(down, above, ACROSS(top + 1));
      // Without brightness as it is: -0 stays -0.
      const float brightened = brightness == 0.0f ? sampled : sampled + brightness;
      y[image + pixel * channels + c] = isCut ? fill : brightened;
    }
  }
}
