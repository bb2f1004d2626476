// Copies elements from one order of axes to another, adding up several sources: transposes, packs and pads operands of
// products, and sums partial results. Axis 0 is the innermost; a work-item has SPAN elements of it, on BAND neighbouring
// places of axis 2. Where index1 * wrap + index0 >= limit the target becomes 0.

KERNEL void rearrange(
    IN(float, source), OUT(float, target), const int extent0, const int extent1, const int extent2, const int extent3,
    const int extent4, const LONG source0, const LONG source1, const LONG source2, const LONG source3, const LONG source4,
    const LONG target0, const LONG target1, const LONG target2, const LONG target3, const LONG target4, const int parts,
    const LONG partStride, const int wrap, const int limit) {
  START(source);
  START(target);
  const int first = GLOBAL_ID(0) * SPAN, end = min(first + SPAN, extent0);
  const int index1 = GLOBAL_ID(1);
  const int bands = (extent2 + BAND - 1) / BAND, outer = GLOBAL_ID(2) / bands;
  const int band = GLOBAL_ID(2) % bands * BAND, bandEnd = min(band + BAND, extent2);
  const int index3 = outer % extent3, index4 = outer / extent3;
  if (index1 >= extent1 || index4 >= extent4) {
    return;
  }
  const int valid = min(end, limit - index1 * wrap);
  source += index1 * source1 + index3 * source3 + index4 * source4;
  target += index1 * target1 + index3 * target3 + index4 * target4;
  for (int index2 = band; index2 < bandEnd; index2++) {
    POINTER(const float) from = source + index2 * source2;
    POINTER(float) to = target + index2 * target2;
    int i = first;
    if (parts == 1) {
      if (source0 == 1 && target0 == 1) {
        for (; i <= valid - LANES; i += LANES) {
          STORE(LOAD(from + i), to + i);
        }
      }
      for (; i < valid; i++) {
        to[i * target0] = from[i * source0];
      }
    } else {
      for (; i < valid; i++) {
        float sum = 0;
        for (int p = 0; p < parts; p++) {
          sum += from[i * source0 + p * partStride];
        }
        to[i * target0] = sum;
      }
    }
    for (; i < end; i++) {
      to[i * target0] = 0;
    }
  }
}
