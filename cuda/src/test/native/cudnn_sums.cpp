// libcudnn: the three passes of a convolution, as products with the matrix of an image's windows: a
// row for each (c, r, s), a column for each output pixel.
#include "cudnn.hpp"
#include "products.hpp"

namespace quern {
namespace {

struct Sizes {
  int64_t n, c, h, w, k, r, s, p, q, groups, channels, filters;  // channels and filters: of a group
  explicit Sizes(const Problem &d)
      : n(d.x.sizes[0]),
        c(d.x.sizes[1]),
        h(d.x.sizes[2]),
        w(d.x.sizes[3]),
        k(d.w.sizes[0]),
        r(d.w.sizes[2]),
        s(d.w.sizes[3]),
        p(d.y.sizes[2]),
        q(d.y.sizes[3]),
        groups(d.conv.groups),
        channels(c / groups),
        filters(k / groups) {}
  int64_t column() const { return channels * r * s; }
  int64_t pixels() const { return p * q; }
};

int64_t offset(const Shape &shape, int64_t a, int64_t b, int64_t c, int64_t d) {
  return a * shape.strides[0] + b * shape.strides[1] + c * shape.strides[2] + d * shape.strides[3];
}

// Calls body(place in the matrix, channel in the group, row, column) for each place of a window
// that is inside the image.
template <class Body>
void each_place(const Problem &d, const Sizes &z, Body body) {
  const Convolution &v = d.conv;
  for (int64_t c = 0; c < z.channels; c++) {
    for (int64_t r = 0; r < z.r; r++) {
      for (int64_t s = 0; s < z.s; s++) {
        // A convolution proper turns the filter around.
        const int64_t tap =
            (c * z.r + (v.mode ? r : z.r - 1 - r)) * z.s + (v.mode ? s : z.s - 1 - s);
        for (int64_t p = 0; p < z.p; p++) {
          const int64_t row = p * v.stride_h - v.pad_h + r * v.dilation_h;
          for (int64_t q = 0; q < z.q && row >= 0 && row < z.h; q++) {
            const int64_t column = q * v.stride_w - v.pad_w + s * v.dilation_w;
            if (column >= 0 && column < z.w) {
              body(size_t(tap * z.pixels() + p * z.q + q), c, row, column);
            }
          }
        }
      }
    }
  }
}

std::vector<float> windows(
    const Problem &d, const Sizes &z, const float *x, int64_t n, int64_t group) {
  std::vector<float> matrix(size_t(z.column() * z.pixels()));
  each_place(d, z, [&](size_t place, int64_t c, int64_t row, int64_t column) {
    matrix[place] = x[offset(d.x, n, group * z.channels + c, row, column)];
  });
  return matrix;
}

// The filters of a group in rows of (c, r, s).
std::vector<float> filter_rows(const Problem &d, const Sizes &z, const float *w, int64_t group) {
  std::vector<float> rows;
  for (int64_t k = 0; k < z.filters; k++) {
    for (int64_t c = 0; c < z.channels; c++) {
      for (int64_t r = 0; r < z.r; r++) {
        for (int64_t s = 0; s < z.s; s++) {
          rows.push_back(w[offset(d.w, group * z.filters + k, c, r, s)]);
        }
      }
    }
  }
  return rows;
}

// The gradients of a group in rows of pixels.
std::vector<float> gradient_rows(
    const Problem &d, const Sizes &z, const float *dy, int64_t n, int64_t group) {
  std::vector<float> rows;
  for (int64_t k = 0; k < z.filters; k++) {
    for (int64_t p = 0; p < z.p; p++) {
      for (int64_t q = 0; q < z.q; q++) {
        rows.push_back(dy[offset(d.y, n, group * z.filters + k, p, q)]);
      }
    }
  }
  return rows;
}

Strided matrix(const std::vector<float> &values, int64_t rows, int64_t columns) {
  return {values.data(), rows, columns, columns, 1};
}

Strided turned(const Strided &m) {
  return {m.data, m.columns, m.rows, m.column, m.row};
}

}  // namespace

std::vector<double> forward_sums(const Problem &d, const float *x, const float *w) {
  const Sizes z(d);
  std::vector<double> all;
  for (int64_t n = 0; n < z.n; n++) {
    for (int64_t group = 0; group < z.groups; group++) {
      const std::vector<float> rows = filter_rows(d, z, w, group),
                               columns = windows(d, z, x, n, group);
      std::vector<double> sums(size_t(z.filters * z.pixels()));
      add_product(matrix(rows, z.filters, z.column()), matrix(columns, z.column(), z.pixels()),
          d.tf32(), sums);
      all.insert(all.end(), sums.begin(), sums.end());
    }
  }
  return all;
}

std::vector<double> data_sums(const Problem &d, const float *w, const float *dy) {
  const Sizes z(d);
  std::vector<double> all(size_t(z.n * z.c * z.h * z.w));
  for (int64_t n = 0; n < z.n; n++) {
    for (int64_t group = 0; group < z.groups; group++) {
      const std::vector<float> rows = filter_rows(d, z, w, group),
                               gradients = gradient_rows(d, z, dy, n, group);
      std::vector<double> sums(size_t(z.column() * z.pixels()));
      add_product(turned(matrix(rows, z.filters, z.column())),
          matrix(gradients, z.filters, z.pixels()), d.tf32(), sums);
      each_place(d, z, [&](size_t place, int64_t c, int64_t row, int64_t column) {
        all[size_t(((n * z.c + group * z.channels + c) * z.h + row) * z.w + column)] += sums[place];
      });
    }
  }
  return all;
}

std::vector<double> filter_sums(const Problem &d, const float *x, const float *dy) {
  const Sizes z(d);
  std::vector<double> all;
  for (int64_t group = 0; group < z.groups; group++) {
    std::vector<double> sums(size_t(z.filters * z.column()));
    for (int64_t n = 0; n < z.n; n++) {
      const std::vector<float> columns = windows(d, z, x, n, group),
                               gradients = gradient_rows(d, z, dy, n, group);
      add_product(matrix(gradients, z.filters, z.pixels()),
          turned(matrix(columns, z.column(), z.pixels())), d.tf32(), sums);
    }
    all.insert(all.end(), sums.begin(), sums.end());
  }
  return all;
}

}  // namespace quern
