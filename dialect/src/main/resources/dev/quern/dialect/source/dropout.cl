// Inverted dropout with the mask of Philox 4x32-10 (Salmon et al., SC 2011, section 4.3). A work-item draws SPAN
// elements, a multiple of 4. An element is kept if its word is at least leastKept.

KERNEL void dropout(
    SOURCE(float, source), IN(int, step), INOUT(float, target), const int count, const uint key0, const uint key1,
    const uint leastKept, const float scale) {
  START(source);
  START(step);
  START(target);
  int i = GLOBAL_ID(0) * SPAN;
  const int end = min(i + SPAN, count);
  for (; i < end; i += 4) {
    uint c[4] = {(uint)i / 4, 0, (uint)step[0], 0};
    uint k0 = key0, k1 = key1;
    UNROLL for (int round = 0; round < 10; round++) {
      const uint high0 = HIGH_PRODUCT(0xD2511F53u, c[0]), low0 = 0xD2511F53u * c[0];
      const uint high1 = HIGH_PRODUCT(0xCD9E8D57u, c[2]), low1 = 0xCD9E8D57u * c[2];
      c[0] = high1 ^ c[1] ^ k0;
      c[1] = low1;
      c[2] = high0 ^ c[3] ^ k1;
      c[3] = low0;
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    UNROLL for (int j = 0; j < 4; j++) {
      if (i + j < end) {
        target[i + j] = c[j] >= leastKept ? source[i + j] * scale : 0.0f;
      }
    }
  }
}
