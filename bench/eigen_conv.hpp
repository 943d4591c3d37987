// SPDX-License-Identifier: MIT
// The baseline: a convolution as Eigen users write it, with an explicit im2col and Eigen's matrix product.
#pragma once

#include "bench/conv_shapes.hpp"

namespace fcn::bench {

/// Computes the row's convolution once per call, on maps of its own.
class EigenConv {
 public:
  explicit EigenConv(const ConvRow& row);
  ~EigenConv();
  EigenConv(const EigenConv&) = delete;
  EigenConv& operator=(const EigenConv&) = delete;

  /// im2col and product, in blocks of output pixels that fit the second-level cache.
  void run_with_im2col();
  /// The products alone, always on the same im2col block: what Eigen's matrix product does at its best.
  void run_product_only();

 private:
  struct Data;
  Data* data_;
};

}  // namespace fcn::bench
