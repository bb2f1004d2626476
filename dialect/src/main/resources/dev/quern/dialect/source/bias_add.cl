// Adds a bias a channel to [rows, channels, inner], and sums gradients up for it. SPAN: elements of a work-item along
// its axis.

// inner = 1: a work-item has LANES channels of SPAN rows.
KERNEL void bias_add_rows(SOURCE(float, x), IN(float, b), INOUT(float, y), const int rows, const int channels) {
  START(x);
  START(b);
  START(y);
  const int c = GLOBAL_ID(0) * LANES, first = GLOBAL_ID(1) * SPAN;
  const int last = min(first + SPAN, rows);
  if (c <= channels - LANES) {
    const Vector bias = LOAD(b + c);
    for (int row = first; row < last; row++) {
      STORE(LOAD(x + row * channels + c) + bias, y + row * channels + c);
    }
  } else {
    for (int row = first; row < last; row++) {
      for (int k = c; k < channels; k++) {
        y[row * channels + k] = x[row * channels + k] + b[k];
      }
    }
  }
}

// inner > 1: a work-item has SPAN elements of one plane.
KERNEL void bias_add_planes(
    SOURCE(float, x), IN(float, b), INOUT(float, y), const int planes, const int channels, const int inner) {
  START(x);
  START(b);
  START(y);
  const int plane = GLOBAL_ID(1);
  int i = GLOBAL_ID(0) * SPAN;
  const int end = min(i + SPAN, inner);
  if (plane >= planes) {
    return;
  }
  const float bias = b[plane % channels];
  for (; i < end; i++) {
    y[plane * inner + i] = x[plane * inner + i] + bias;
  }
}

// Sums of blockRows rows each: partials is [blocks, channels].
KERNEL void bias_gradient_rows(
    IN(float, dy), OUT(float, partials), const int rows, const int channels, const int blocks, const int blockRows) {
  START(dy);
  START(partials);
  const int c = GLOBAL_ID(0) * LANES, block = GLOBAL_ID(1);
  const int first = block * blockRows, last = min(first + blockRows, rows);
  if (c >= channels || block >= blocks) {
    return;
  }
  if (c <= channels - LANES) {
    Vector sum0 = SPLAT(0.0f), sum1 = sum0;
    int row = first;
    for (; row < last - 1; row += 2) { // two sums, since additions take four cycles
      sum0 += LOAD(dy + row * channels + c);
      sum1 += LOAD(dy + (row + 1) * channels + c);
    }
    if (row < last) {
      sum0 += LOAD(dy + row * channels + c);
    }
    STORE(sum0 + sum1, partials + block * channels + c);
  } else {
    for (int k = c; k < channels; k++) {
      float sum = 0;
      for (int row = first; row < last; row++) {
        sum += dy[row * channels + k];
      }
      partials[block * channels + k] = sum;
    }
  }
}

// Sums of whole planes: partials is [rows, channels], a block a row.
KERNEL void bias_gradient_planes(IN(float, dy), OUT(float, partials), const int planes, const int inner) {
  START(dy);
  START(partials);
  const int plane = GLOBAL_ID(0);
  if (plane >= planes) {
    return;
  }
  POINTER(const float) run = dy + plane * inner;
  Vector sums = SPLAT(0.0f);
  int i = 0;
  for (; i <= inner - LANES; i += LANES) {
    sums += LOAD(run + i);
  }
  float lanes[LANES];
  STORE(sums, lanes);
  float sum = 0;
  for (int j = 0; j < LANES; j++) {
    sum += lanes[j];
  }
  for (; i < inner; i++) {
    sum += run[i];
  }
  partials[plane] = sum;
}

KERNEL void bias_gradient_total(IN(float, partials), OUT(float, db), const int channels, const int blocks) {
  START(partials);
  START(db);
  const int c = GLOBAL_ID(0);
  if (c >= channels) {
    return;
  }
  float sum = 0;
  for (int block = 0; block < blocks; block++) {
    sum += partials[block * channels + c];
  }
  db[c] = sum;
}
