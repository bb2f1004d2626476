// Rectified linear unit. SPAN: elements of a work-item.

KERNEL void relu(SOURCE(float, x), INOUT(float, y), const int count) {
  START(x);
  START(y);
  int i = GLOBAL_ID(0) * SPAN;
  const int end = min(i + SPAN, count);
  for (; i <= end - LANES; i += LANES) {
    const Vector v = LOAD(x + i);
    STORE(v < 0 ? SPLAT(0.0f) : v, y + i); // keeps NaN
  }
  for (; i < end; i++) {
    y[i] = x[i] < 0 ? 0.0f : x[i];
  }
}

KERNEL void relu_gradient(SOURCE(float, y), SOURCE(float, dy), INOUT(float, dx), const int count) {
  START(y);
  START(dy);
  START(dx);
  int i = GLOBAL_ID(0) * SPAN;
  const int end = min(i + SPAN, count);
  for (; i <= end - LANES; i += LANES) {
    STORE(LOAD(y + i) > 0 ? LOAD(dy + i) : SPLAT(0.0f), dx + i);
  }
  for (; i < end; i++) {
    dx[i] = y[i] > 0 ? dy[i] : 0.0f;
  }
}
