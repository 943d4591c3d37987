// SPDX-License-Identifier: MIT
// A whole feature map in memory: images x height x width x channels, dense. The executor never holds one;
// this is what a TensorSink (row_sink.hpp) collects for tests, pictures and embedders who want a layer's
// output.
#pragma once

#include <cstddef>

#include "fcn/base/aligned_buffer.hpp"
#include "fcn/base/checked.hpp"
#include "fcn/graph/graph.hpp"
#include "fcn/result.hpp"

namespace fcn::inline FCN_ABI {

class Tensor {
 public:
  Tensor() = default;

  static Result<Tensor> create(int images, const Shape& shape) {
    const int dims[] = {images, shape.height, shape.width, shape.channels};
    const auto floats = checked_product(dims);
    if (!floats) return Error{ErrorCode::limit_exceeded, "tensor size overflows", ""};
    auto buffer = AlignedBuffer::allocate(static_cast<std::size_t>(*floats), "tensor");
    if (!buffer) return std::move(buffer).error();
    Tensor tensor;
    tensor.images_ = images;
    tensor.shape_ = shape;
    tensor.buffer_ = *std::move(buffer);
    return tensor;
  }

  [[nodiscard]] int images() const { return images_; }
  [[nodiscard]] const Shape& shape() const { return shape_; }
  [[nodiscard]] std::size_t size() const { return buffer_.size(); }
  [[nodiscard]] const float* data() const { return buffer_.data(); }

  /// The `channels` floats of one pixel.
  [[nodiscard]] float* pixel(int image, int y, int x) { return buffer_.data() + offset(image, y, x); }
  [[nodiscard]] const float* pixel(int image, int y, int x) const {
    return buffer_.data() + offset(image, y, x);
  }

 private:
  [[nodiscard]] std::size_t offset(int image, int y, int x) const {
    FCN_ASSERT(image >= 0 && image < images_ && y >= 0 && y < shape_.height && x >= 0 && x < shape_.width);
    const auto row = static_cast<std::size_t>(image) * static_cast<std::size_t>(shape_.height) +
                     static_cast<std::size_t>(y);
    return (row * static_cast<std::size_t>(shape_.width) + static_cast<std::size_t>(x)) *
           static_cast<std::size_t>(shape_.channels);
  }

  int images_ = 0;
  Shape shape_;
  AlignedBuffer buffer_;
};

}  // namespace fcn::inline FCN_ABI
