// SPDX-License-Identifier: MIT
#include "tools/runs/tile_average.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "fcn/base/checked.hpp"
#include "fcn/kernels/bands.hpp"

namespace fcn::tools {

std::vector<int> tile_starts(int size, int tile) {
  std::vector<int> starts;
  for (int start = 0; start + tile < size; start += tile) starts.push_back(start);
  starts.push_back(size - tile);
  return starts;
}

TileSums::TileSums(int tile_height, int width, int classes)
    : height_(tile_height),
      width_(width),
      classes_(classes),
      sums_(static_cast<std::size_t>(tile_height) * row_values()) {}

std::uint64_t TileSums::bytes(int tile_height, int width, int classes) {
  return sizeof(float) * static_cast<std::uint64_t>(tile_height) * static_cast<std::uint64_t>(width) *
         (static_cast<std::uint64_t>(classes) + 1);
}

std::size_t TileSums::row_values() const {
  return static_cast<std::size_t>(width_) * (static_cast<std::size_t>(classes_) + 1);
}

void TileSums::add(const ScoreMap& tile, int left) {
  const std::ptrdiff_t step = std::ptrdiff_t{classes_} + 1;
  for (int row = 0; row < tile.rows(); ++row) {
    float* sum = sums_.data() + static_cast<std::size_t>(row) * row_values() + left * step;
    for (int col = 0; col < tile.cols(); ++col, sum += step) {
      const float* logits = tile.cell(row, col);
      for (int id = 0; id < classes_; ++id) sum[id] += logits[id];
      ++sum[classes_];
    }
  }
}

void TileSums::label(int row, float half, std::vector<std::uint16_t>& labels) const {
  labels.clear();
  const float* sum = sums_.data() + static_cast<std::size_t>(row) * row_values();
  for (int col = 0; col < width_; ++col, sum += classes_ + 1) {
    // The greatest mean is the greatest sum: a pixel's classes are sums over the same tiles.
    const auto greatest = std::max_element(sum, sum + classes_) - sum;
    labels.push_back(static_cast<std::uint16_t>(classes_ == 1 ? sum[0] > half * sum[1] : greatest));
  }
}

void TileSums::average(int row, float* means, std::ptrdiff_t pixel_stride) const {
  const float* sum = sums_.data() + static_cast<std::size_t>(row) * row_values();
  for (int col = 0; col < width_; ++col, sum += classes_ + 1, means += pixel_stride)
    for (int id = 0; id < classes_; ++id) means[id] = sum[id] / sum[classes_];
}

void TileSums::advance(int rows) {
  const auto gone = static_cast<std::ptrdiff_t>(static_cast<std::size_t>(rows) * row_values());
  std::fill(std::move(sums_.begin() + gone, sums_.end(), sums_.begin()), sums_.end(), 0.0f);
}

std::uint64_t TileScoreRow::bytes(int width, int classes) {
  return 2 * sizeof(float) * static_cast<std::uint64_t>(width) *
         static_cast<std::uint64_t>(round_up(classes, kernels::kChannelQuantum));
}

Result<TileScoreRow> TileScoreRow::create(const Model& model, int width, int classes) {
  const auto floats = static_cast<std::size_t>(bytes(width, classes) / (2 * sizeof(float)));
  auto means = AlignedBuffer::allocate(floats, "row of mean logits");
  if (!means) return means.error();
  auto probabilities = AlignedBuffer::allocate(floats, "row of probabilities");
  if (!probabilities) return probabilities.error();
  return TileScoreRow(model, width, classes, *std::move(means), *std::move(probabilities));
}

TileScoreRow::TileScoreRow(const Model& model, int width, int classes, AlignedBuffer means,
                           AlignedBuffer probabilities)
    : model_(&model),
      width_(width),
      classes_(classes),
      means_(std::move(means)),
      probabilities_(std::move(probabilities)) {}

void TileScoreRow::hand_on(const TileSums& sums, int row_of_tiles, int row, const TileScores& scores) {
  const std::ptrdiff_t stride = round_up(classes_, kernels::kChannelQuantum);
  const float* const means = means_.data();
  sums.average(row_of_tiles, means_.data(), stride);
  const ScoreActivation activation = model_->info().activation;
  if (scores.kind == ScoreKind::logits || activation == ScoreActivation::none)
    return scores.rows->take({row, width_, classes_, means, stride});
  float* const probabilities = probabilities_.data();
  kernels::PixelBand band;
  band.channels = classes_;
  band.rows = 1;
  band.width = width_;
  band.a = {&means, stride, 0};
  band.out = {&probabilities, stride, 0};
  const kernels::KernelTable& table = model_->table();
  (activation == ScoreActivation::sigmoid ? table.sigmoid : table.softmax)(band, {0, width_});
  scores.rows->take({row, width_, classes_, probabilities, stride});
}

Result<TileTimes> label_tiles(Session& session, const Model& model, const ImageView& picture, Extent tile,
                              LabelRows& rows, const TileScores& scores) {
  const Extent size{std::min(tile.y, picture.height), std::min(tile.x, picture.width)};
  const std::vector<int> tops = tile_starts(picture.height, size.y),
                         lefts = tile_starts(picture.width, size.x);
  const float half = model.info().activation == ScoreActivation::none ? 0.5f : 0.0f;
  session.set_scores(ScoreKind::logits);
  TileTimes times;
  ScoreMap map;
  std::optional<TileSums> sums;
  std::optional<TileScoreRow> score_row;
  std::vector<std::uint16_t> labels;
  for (std::size_t i = 0; i < tops.size(); ++i) {
    for (const int left : lefts) {
      const auto part = picture.crop(left, tops[i], size.x, size.y);
      if (!part) return part.error();
      if (Status ran = session.run_into(*part, map); !ran) return ran.error();
      if (!sums) sums.emplace(size.y, picture.width, map.classes());
      if (scores.rows != nullptr && !score_row) {
        auto created = TileScoreRow::create(model, picture.width, map.classes());
        if (!created) return created.error();
        score_row.emplace(*std::move(created));
      }
      sums->add(map, left);
      times.plan_ms += session.times().plan;
      times.infer_ms += session.times().infer;
      ++times.tiles;
    }
    const int next = i + 1 < tops.size() ? tops[i + 1] : picture.height;
    for (int row = tops[i]; row < next; ++row) {
      sums->label(row - tops[i], half, labels);
      rows.take(row, labels);
      if (score_row) score_row->hand_on(*sums, row - tops[i], row, scores);
    }
    if (next < picture.height) sums->advance(next - tops[i]);
  }
  return times;
}

}  // namespace fcn::tools
