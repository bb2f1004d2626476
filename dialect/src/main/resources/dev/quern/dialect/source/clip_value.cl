// Clipping by value. SPAN: elements of a work-item.

KERNEL void clip_value(SOURCE(float, x), INOUT(float, y), const int count, const float least, const float most) {
  START(x);
  START(y);
  int i = GLOBAL_ID(0) * SPAN;
  const int end = min(i + SPAN, count);
  for (; i <= end - LANES; i += LANES) {
    const Vector v = LOAD(x + i);
    STORE(v < least ? SPLAT(least) : v > most ? SPLAT(most) : v, y + i); // keeps NaN
  }
  for (; i < end; i++) {
    y[i] = x[i] < least ? least : x[i] > most ? most : x[i];
  }
}
