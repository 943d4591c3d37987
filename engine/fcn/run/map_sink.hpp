// SPDX-License-Identifier: MIT
// Turns rows of logits into a ScoreMap: the probabilities that the model's activation makes of them, the best
// cell of each class, and the scores that were asked for.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include "fcn/base/aligned_buffer.hpp"
#include "fcn/base/thread_pool.hpp"
#include "fcn/base/work_split.hpp"
#include "fcn/model.hpp"
#include "fcn/run/plan.hpp"
#include "fcn/run/row_sink.hpp"
#include "fcn/score_map.hpp"
#include "fcn/score_rows.hpp"

namespace fcn::inline FCN_ABI {

class MapSink : public RowSink {
 public:
  /// For the output's rows of this plan.
  static Result<MapSink> create(const kernels::KernelTable& table, ThreadPool& pool, const Plan& plan) {
    const NodePlan& output = plan.node(plan.graph().output);
    auto row = AlignedBuffer::allocate(static_cast<std::size_t>(output.row_stride), "row of probabilities");
    if (!row) return row.error();
    return MapSink(table, pool, plan.first_cell(), *std::move(row));
  }

  /// Where the next run's scores go, a map for each image. All must already have the shape of the run's
  /// output. Maps without cells get their peaks only. `rows` takes the scores of a single image as they come.
  void fill(std::span<ScoreMap> maps, ScoreRows* rows = nullptr) {
    maps_ = maps;
    rows_ = rows;
  }

  void take(const RowBlock& block) override {
    FCN_ASSERT(maps_.size() == static_cast<std::size_t>(block.images));
    for (int image = 0; image < block.images; ++image)
      take(block, image, maps_[static_cast<std::size_t>(image)]);
  }

 private:
  MapSink(const kernels::KernelTable& table, ThreadPool& pool, const MapCorner& first, AlignedBuffer row)
      : table_(&table), pool_(&pool), first_(first), probabilities_(std::move(row)) {}

  void take(const RowBlock& block, int image, ScoreMap& map) {
    // The map lacks what only surroundings and padding have (Plan::first_cell(), Plan::map_shape()).
    const int end = std::min(block.first_row + block.row_count - first_.row, map.rows());
    const std::ptrdiff_t left = first_.col * block.pixel_stride;
    for (int row = std::max(block.first_row - first_.row, 0); row < end; ++row) {
      const float* logits = block.pixel(image, row + first_.row, 0);
      const float* const probabilities = activate(block, logits, map.activation()) + left;
      keep_peaks(block, row, probabilities, map);
      const float* scores = map.kind() == ScoreKind::logits ? logits + left : probabilities;
      for (int col = 0; map.has_cells() && col < map.cols(); ++col)
        std::copy_n(scores + col * block.pixel_stride, block.shape.channels, map.cell(row, col));
      if (rows_ != nullptr) rows_->take({row, map.cols(), block.shape.channels, scores, block.pixel_stride});
    }
  }

  /// The row's probabilities; the logits themselves if the model has no activation.
  const float* activate(const RowBlock& block, const float* logits, ScoreActivation activation) {
    if (activation == ScoreActivation::none) return logits;
    const auto kernel = activation == ScoreActivation::sigmoid ? table_->sigmoid : table_->softmax;
    float* probabilities = probabilities_.data();
    kernels::PixelBand band;
    band.channels = block.shape.channels;
    band.rows = 1;
    band.width = block.shape.width;
    band.a = {&logits, block.pixel_stride, block.image_stride};
    band.out = {&probabilities, block.pixel_stride, block.image_stride};
    pool_->run([&](int worker) { kernel(band, split(band.width, 1, worker, pool_->size())); });
    return probabilities;
  }

  static void keep_peaks(const RowBlock& block, int row, const float* probabilities, ScoreMap& map) {
    std::vector<Peak>& peaks = map.peaks();
    for (int col = 0; col < map.cols(); ++col) {
      const float* cell = probabilities + col * block.pixel_stride;
      for (std::size_t c = 0; c < peaks.size(); ++c)
        if (cell[c] > peaks[c].probability) peaks[c] = {cell[c], row, col};
    }
  }

  const kernels::KernelTable* table_;
  ThreadPool* pool_;
  MapCorner first_;
  AlignedBuffer probabilities_;  // one row, laid out like the rows that come
  std::span<ScoreMap> maps_;
  ScoreRows* rows_ = nullptr;
};

}  // namespace fcn::inline FCN_ABI
