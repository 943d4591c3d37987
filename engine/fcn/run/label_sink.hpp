// SPDX-License-Identifier: MIT
// Turns rows of logits into rows of labels: each pixel's greatest class, or whether the only class is there.
// No map of scores is held.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "fcn/base/thread_pool.hpp"
#include "fcn/base/work_split.hpp"
#include "fcn/kernels/kernel_table.hpp"
#include "fcn/label_map.hpp"
#include "fcn/model_info.hpp"
#include "fcn/run/plan.hpp"
#include "fcn/run/row_sink.hpp"

namespace fcn::inline FCN_ABI {

class LabelSink : public RowSink {
 public:
  LabelSink(const kernels::KernelTable& table, ThreadPool& pool) : table_(&table), pool_(&pool) {}

  /// Where the next run's labels go, those of `plan`'s map. `activation` tells where the probability of an
  /// only class is one half.
  void begin(LabelRows& rows, const Plan& plan, ScoreActivation activation) {
    rows_ = &rows;
    map_ = plan.map_shape();
    first_ = plan.first_cell();
    half_ = activation == ScoreActivation::none ? 0.5f : 0.0f;
  }

  void take(const RowBlock& block) override {
    FCN_ASSERT(rows_ != nullptr && block.images == 1);
    // The rows of the block that the map has.
    const int before = std::max(first_.row - block.first_row, 0);
    const int end = std::min(block.first_row + block.row_count, first_.row + map_.height);
    const int first = block.first_row + before, count = end - first;
    if (count <= 0) return;
    const auto width = static_cast<std::size_t>(block.shape.width);
    labels_.resize(std::max(labels_.size(), static_cast<std::size_t>(count) * width));
    kernels::ArgmaxBand band;
    band.channels = block.shape.channels;
    band.rows = count;
    band.width = block.shape.width;
    band.a = {block.rows + before, block.pixel_stride, block.image_stride};
    band.out = labels_.data();
    pool_->run([&](int worker) {
      const kernels::Range pixels = split(std::ptrdiff_t{count} * band.width, 1, worker, pool_->size());
      band.channels == 1 ? threshold(band, pixels) : table_->argmax(band, pixels);
    });
    for (int row = 0; row < count; ++row)
      rows_->take(first - first_.row + row,
                  std::span(labels_).subspan(
                      static_cast<std::size_t>(row) * width + static_cast<std::size_t>(first_.col),
                      static_cast<std::size_t>(map_.width)));
  }

 private:
  void threshold(const kernels::ArgmaxBand& band, kernels::Range pixels) const {
    for (std::ptrdiff_t i = pixels.begin; i < pixels.end; ++i)
      band.out[i] = band.a.row[i / band.width][i % band.width * band.a.pixel_stride] > half_ ? 1 : 0;
  }

  const kernels::KernelTable* table_;
  ThreadPool* pool_;
  std::vector<std::uint16_t> labels_;  // of one block of rows
  LabelRows* rows_ = nullptr;
  Shape map_;
  MapCorner first_;
  float half_ = 0;
};

}  // namespace fcn::inline FCN_ABI
