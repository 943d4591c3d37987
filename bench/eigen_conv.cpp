// SPDX-License-Identifier: MIT
// Compiled for the machine it runs on, so that Eigen may use all of it. The only file of the benchmarks that
// is.
#include "bench/eigen_conv.hpp"

#include <Eigen/Core>
#include <algorithm>

namespace fcn::bench {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// Pixels of an im2col block: about 1 MiB of it, but at least what keeps the product efficient.
int block_pixels(const ConvRow& row) {
  return std::max(64, 262144 / row.k());
}

}  // namespace

struct EigenConv::Data {
  explicit Data(const ConvRow& r)
      : row(r),
        width(r.in_w + 2 * r.pad),
        in(Matrix::Random(r.in_h + 2 * r.pad, Eigen::Index{width} * r.in_channels)),
        weights(Matrix::Random(r.k(), r.out_channels)),
        columns(Matrix::Random(block_pixels(r), r.k())),
        out(Eigen::Index{r.out_h()} * r.out_w(), r.out_channels) {}

  void im2col(Eigen::Index first, Eigen::Index count) {
    const Eigen::Index run = Eigen::Index{row.kernel} * row.in_channels;
    for (Eigen::Index i = 0; i < count; ++i) {
      const Eigen::Index y = (first + i) / row.out_w() * row.stride,
                         x = (first + i) % row.out_w() * row.stride;
      for (int ky = 0; ky < row.kernel; ++ky) {
        const float* from = in.data() + ((y + ky) * width + x) * row.in_channels;
        std::copy(from, from + run, columns.data() + i * row.k() + ky * run);
      }
    }
  }

  template <bool kWithIm2col>
  void run() {
    for (Eigen::Index first = 0; first < out.rows(); first += columns.rows()) {
      const Eigen::Index count = std::min(columns.rows(), out.rows() - first);
      if (kWithIm2col) im2col(first, count);
      out.middleRows(first, count).noalias() = columns.topRows(count) * weights;
    }
  }

  ConvRow row;
  int width;
  Matrix in, weights, columns, out;
};

EigenConv::EigenConv(const ConvRow& row) : data_(new Data(row)) {}
EigenConv::~EigenConv() {
  delete data_;
}
void EigenConv::run_with_im2col() {
  data_->run<true>();
}
void EigenConv::run_product_only() {
  data_->run<false>();
}

}  // namespace fcn::bench
