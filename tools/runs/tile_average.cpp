// SPDX-License-Identifier: MIT
#include "tools/runs/tile_average.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

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

void TileSums::advance(int rows) {
  const auto gone = static_cast<std::ptrdiff_t>(static_cast<std::size_t>(rows) * row_values());
  std::fill(std::move(sums_.begin() + gone, sums_.end(), sums_.begin()), sums_.end(), 0.0f);
}

Result<TileTimes> label_tiles(Session& session, const ModelInfo& info, const ImageView& picture, Extent tile,
                              LabelRows& rows) {
  const Extent size{std::min(tile.y, picture.height), std::min(tile.x, picture.width)};
  const std::vector<int> tops = tile_starts(picture.height, size.y),
                         lefts = tile_starts(picture.width, size.x);
  const float half = info.activation == ScoreActivation::none ? 0.5f : 0.0f;
  session.set_scores(ScoreKind::logits);
  TileTimes times;
  ScoreMap map;
  std::optional<TileSums> sums;
  std::vector<std::uint16_t> labels;
  for (std::size_t i = 0; i < tops.size(); ++i) {
    for (const int left : lefts) {
      const auto part = picture.crop(left, tops[i], size.x, size.y);
      if (!part) return part.error();
      if (Status ran = session.run_into(*part, map); !ran) return ran.error();
      if (!sums) sums.emplace(size.y, picture.width, map.classes());
      sums->add(map, left);
      times.plan_ms += session.times().plan;
      times.infer_ms += session.times().infer;
      ++times.tiles;
    }
    const int next = i + 1 < tops.size() ? tops[i + 1] : picture.height;
    for (int row = tops[i]; row < next; ++row) {
      sums->label(row - tops[i], half, labels);
      rows.take(row, labels);
    }
    if (next < picture.height) sums->advance(next - tops[i]);
  }
  return times;
}

}  // namespace fcn::tools
