// SPDX-License-Identifier: MIT
// The class number of each pixel of a picture, from a network of kind pixels: as a whole, or row by row as
// the labels are made.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fcn/base/checked.hpp"
#include "fcn/graph/graph.hpp"
#include "fcn/model_info.hpp"
#include "fcn/result.hpp"

namespace fcn::inline FCN_ABI {

/// How many labels a network of so many classes gives. One class is there or not: label 0 is what it is not,
/// label 1 where its probability exceeds one half.
constexpr int label_count(int classes) {
  return classes == 1 ? 2 : classes;
}

/// The name of a label.
inline std::string label_name(const ModelInfo& info, int classes, int label) {
  if (classes != 1) return info.label(label);
  return label == 0 ? "none" : info.label(0);
}

/// Takes a picture's labels as they are made, each row once, from the top.
class LabelRows {
 public:
  virtual ~LabelRows() = default;
  /// `labels` are valid during the call only.
  virtual void take(int row, std::span<const std::uint16_t> labels) = 0;
};

/// The labels of a whole picture: two bytes a pixel.
class LabelMap : public LabelRows {
 public:
  LabelMap() = default;

  /// Makes this a map of the given size whose labels are yet to come, reusing its memory.
  Status reset(int rows, int cols, int labels) {
    const auto pixels = checked_mul(static_cast<std::uint64_t>(rows), static_cast<std::uint64_t>(cols));
    if (!pixels || *pixels > labels_.max_size())
      return Error{ErrorCode::limit_exceeded, "label map size overflows", ""};
    rows_ = rows;
    cols_ = cols;
    labels_.resize(static_cast<std::size_t>(*pixels));
    counts_.assign(static_cast<std::size_t>(labels), 0);
    return {};
  }

  void take(int row, std::span<const std::uint16_t> labels) override {
    FCN_ASSERT(row < rows_ && labels.size() == static_cast<std::size_t>(cols_));
    std::copy(labels.begin(), labels.end(), labels_.begin() + static_cast<std::ptrdiff_t>(first(row)));
    for (const std::uint16_t label : labels) ++counts_[label];
  }

  [[nodiscard]] int rows() const { return rows_; }  ///< the picture's height, in pixels
  [[nodiscard]] int cols() const { return cols_; }  ///< the picture's width
  /// The label of one pixel.
  [[nodiscard]] int at(int row, int col) const {
    FCN_ASSERT(row >= 0 && row < rows_ && col >= 0 && col < cols_);
    return labels_[first(row) + static_cast<std::size_t>(col)];
  }
  /// The labels of one row of pixels, from the left. Valid until the map is run into.
  [[nodiscard]] std::span<const std::uint16_t> row(int row) const {
    return std::span(labels_).subspan(first(row), static_cast<std::size_t>(cols_));
  }
  /// Pixels of each label.
  [[nodiscard]] const std::vector<std::uint64_t>& counts() const { return counts_; }

 private:
  [[nodiscard]] std::size_t first(int row) const {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(cols_);
  }

  int rows_ = 0;
  int cols_ = 0;
  std::vector<std::uint16_t> labels_;
  std::vector<std::uint64_t> counts_;
};

}  // namespace fcn::inline FCN_ABI
