// The arithmetic of the imitated libraries: products of floats, summed as doubles.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace quern {

// A matrix of floats in memory; element (i, j) is at data[i * row + j * column].
struct Strided {
  const float *data;
  int64_t rows, columns, row, column;
};

// What a tensor core with TF32 makes of a factor: 10 bits of mantissa, to the nearest, ties to
// even.
float to_tf32(float x);

// sums[i * columns of b + j] += sum over l of a[i, l] * b[l, j].
void add_product(const Strided &a, const Strided &b, bool tf32, std::vector<double> &sums);

}  // namespace quern
