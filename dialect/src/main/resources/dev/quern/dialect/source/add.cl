// Sum of two tensors, element by element; y may be either of them. SPAN: elements of a work-item.

KERNEL void add(SOURCE(float, a), SOURCE(float, b), INOUT(float, y), const int count) {
  START(a);
  START(b);
  START(y);
  int i = GLOBAL_ID(0) * SPAN;
  const int end = min(i + SPAN, count);
  for (; i <= end - LANES; i += LANES) {
    STORE(LOAD(a + i) + LOAD(b + i), y + i);
  }
  for (; i < end; i++) {
    y[i] = a[i] + b[i];
  }
}
