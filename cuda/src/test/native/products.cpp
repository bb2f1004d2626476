#include "products.hpp"

#include <cstring>

namespace quern {
namespace {

std::vector<float> packed(const Strided &m, bool tf32) {
  std::vector<float> values(size_t(m.rows * m.columns));
  float *out = values.data();
  for (int64_t i = 0; i < m.rows; i++) {
    for (int64_t j = 0; j < m.columns; j++) {
      const float x = m.data[i * m.row + j * m.column];
      *out++ = tf32 ? to_tf32(x) : x;
    }
  }
  return values;
}

// The only loop that takes time.
__attribute__((target_clones("avx2", "default"))) void add_row(
    double *__restrict__ sums, const float *__restrict__ row, double factor, int64_t count) {
  for (int64_t j = 0; j < count; j++) {
    sums[j] += factor * row[j];
  }
}

}  // namespace

float to_tf32(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  if ((bits & 0x7f800000) != 0x7f800000) {  // neither infinite nor NaN
    bits += 0xfff + (bits >> 13 & 1);
    bits &= ~0x1fffu;
  }
  memcpy(&x, &bits, sizeof x);
  return x;
}

void add_product(const Strided &a, const Strided &b, bool tf32, std::vector<double> &sums) {
  const std::vector<float> left = packed(a, tf32), right = packed(b, tf32);
  for (int64_t i = 0; i < a.rows; i++) {
    for (int64_t l = 0; l < a.columns; l++) {
      add_row(&sums[size_t(i * b.columns)], &right[size_t(l * b.columns)],
          left[size_t(i * a.columns + l)], b.columns);
    }
  }
}

}  // namespace quern
