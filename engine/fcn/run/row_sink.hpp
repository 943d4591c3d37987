// SPDX-License-Identifier: MIT
// Rows leave the executor through sinks: as soon as a node has made rows they are shown to the sinks that tap
// it, and may be overwritten afterwards. A score map, a feature-map picture or a test collects what it wants.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>

#include "fcn/graph/graph.hpp"
#include "fcn/result.hpp"
#include "fcn/run/tensor.hpp"

namespace fcn::inline FCN_ABI {

/// Rows first_row .. first_row + row_count - 1 of a node's output, valid during RowSink::take() only.
struct RowBlock {
  const float* const* rows = nullptr;  ///< rows[i] points to pixel 0 of image 0 in row first_row + i
  int first_row = 0;
  int row_count = 0;
  int images = 1;
  Shape shape;                      ///< of the whole feature map of one image
  std::ptrdiff_t pixel_stride = 0;  ///< floats
  std::ptrdiff_t image_stride = 0;  ///< floats

  [[nodiscard]] const float* pixel(int image, int row, int x) const {
    return rows[row - first_row] + image * image_stride + x * pixel_stride;
  }
};

class RowSink {
 public:
  virtual ~RowSink() = default;
  /// Called on the executor's calling thread, rows in ascending order, each once a run.
  virtual void take(const RowBlock& block) = 0;
};

/// Shows the rows of `node` to `sink`.
struct Tap {
  NodeId node = 0;
  RowSink* sink = nullptr;
};

/// Collects a node's whole output.
class TensorSink : public RowSink {
 public:
  explicit TensorSink(Tensor tensor) : tensor_(std::move(tensor)) {}

  void take(const RowBlock& block) override {
    FCN_ASSERT(block.shape == tensor_.shape() && block.images == tensor_.images());
    for (int image = 0; image < block.images; ++image)
      for (int row = block.first_row; row < block.first_row + block.row_count; ++row)
        for (int x = 0; x < block.shape.width; ++x)
          std::copy_n(block.pixel(image, row, x), block.shape.channels, tensor_.pixel(image, row, x));
  }

  [[nodiscard]] const Tensor& tensor() const { return tensor_; }
  /// Moves the tensor out; the sink must not be used afterwards.
  [[nodiscard]] Tensor release() && { return std::move(tensor_); }

 private:
  Tensor tensor_;
};

}  // namespace fcn::inline FCN_ABI
