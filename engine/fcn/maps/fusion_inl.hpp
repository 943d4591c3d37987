// SPDX-License-Identifier: MIT
// Definitions of fusion.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>

#include "fcn/maps/fusion.hpp"

namespace fcn::inline FCN_ABI {
namespace maps {
namespace detail {

/// What the activation makes of the logits of one cell, in float64, for one class after the other.
class CellProbabilities {
 public:
  CellProbabilities(const float* logits, int classes, ScoreActivation activation)
      : logits_(logits),
        activation_(activation),
        largest_(static_cast<double>(*std::max_element(logits, logits + classes))) {
    if (activation == ScoreActivation::softmax)
      for (int id = 0; id < classes; ++id) sum_ += share(id);
  }
  [[nodiscard]] float of(int id) const {
    if (activation_ == ScoreActivation::none) return logits_[id];
    if (activation_ == ScoreActivation::softmax) return static_cast<float>(share(id) / sum_);
    return static_cast<float>(1 / (1 + std::exp(-static_cast<double>(logits_[id]))));
  }

 private:
  [[nodiscard]] double share(int id) const { return std::exp(static_cast<double>(logits_[id]) - largest_); }

  const float* logits_;
  ScoreActivation activation_;
  double largest_;
  double sum_ = 0;
};

FCN_INLINE void find_peaks(ScoreMap& map) {
  std::vector<Peak>& peaks = map.peaks();
  for (int row = 0; row < map.rows(); ++row)
    for (int col = 0; col < map.cols(); ++col) {
      const float* const cell = map.cell(row, col);
      std::optional<CellProbabilities> probabilities;
      if (map.kind() == ScoreKind::logits) probabilities.emplace(cell, map.classes(), map.activation());
      for (int id = 0; id < map.classes(); ++id) {
        const float here = probabilities ? probabilities->of(id) : cell[id];
        Peak& peak = peaks[static_cast<std::size_t>(id)];
        if (here > peak.probability) peak = {here, row, col};
      }
    }
}

FCN_INLINE bool is_usable(const AxisGeometry& axis) {
  return axis.stride > 0 && std::isfinite(axis.stride) && std::isfinite(axis.first_center);
}

/// Whether a map has scores to fuse, at places that can be computed.
FCN_INLINE Status check_map_to_fuse(const ScoreMap& map, const MapGeometry& geometry) {
  if (map.classes() <= 0 || map.rows() <= 0 || map.cols() <= 0)
    return Error{ErrorCode::invalid_argument, "a map to fuse has no scores", ""};
  if (!is_usable(geometry.y) || !is_usable(geometry.x))
    return Error{ErrorCode::invalid_argument, "a map to fuse needs a positive, finite stride", ""};
  return {};
}

}  // namespace detail

FCN_INLINE MapFusion::MapFusion(Fuse fuse, ScoreMap& fused)
    : fuse_(fuse),
      fused_(&fused),
      counts_(static_cast<std::size_t>(fused.rows()) * static_cast<std::size_t>(fused.cols()), 1) {}

FCN_INLINE Result<MapFusion> MapFusion::begin(Fuse fuse, const ScoreMap& first, const MapGeometry& geometry,
                                              ScoreMap& fused) {
  if (Status ok = detail::check_map_to_fuse(first, geometry); !ok) return ok.error();
  const Shape shape{first.classes(), first.rows(), first.cols()};
  if (Status ok = fused.reset(shape, first.kind(), geometry, first.background(), first.activation()); !ok)
    return ok.error();
  for (int row = 0; row < first.rows(); ++row)
    for (int col = 0; col < first.cols(); ++col)
      std::copy_n(first.cell(row, col), first.classes(), fused.cell(row, col));
  return MapFusion(fuse, fused);
}

/// For `count` cells of `places`, what each reads of `cells` cells of `axis`.
FCN_INLINE std::vector<MapFusion::Reading> MapFusion::readings(const AxisGeometry& places, int count,
                                                               const AxisGeometry& axis, int cells) {
  // Far less than a pixel: half a stride that was reached by another rounding is still half a stride.
  constexpr double kRounding = 1e-9;
  std::vector<Reading> all;
  all.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    const double cell = (places.first_center + i * places.stride - axis.first_center) / axis.stride;
    const double clamped = std::clamp(cell, 0.0, static_cast<double>(cells - 1));
    const int low = std::min(static_cast<int>(clamped), std::max(cells - 2, 0));
    all.push_back({std::abs(cell - clamped) <= 0.5 + kRounding, low, clamped - low});
  }
  return all;
}

FCN_INLINE void MapFusion::take_in(const ScoreMap& map, const Reading& row, const Reading& col,
                                   float* cell) const {
  const int below = row.share > 0 ? row.low + 1 : row.low;
  const int beside = col.share > 0 ? col.low + 1 : col.low;
  const float* const corners[] = {map.cell(row.low, col.low), map.cell(row.low, beside),
                                  map.cell(below, col.low), map.cell(below, beside)};
  for (int id = 0; id < map.classes(); ++id) {
    const auto corner = [&](std::size_t i) { return static_cast<double>(corners[i][id]); };
    const double above = corner(0) + col.share * (corner(1) - corner(0));
    const double under = corner(2) + col.share * (corner(3) - corner(2));
    const auto score = static_cast<float>(above + row.share * (under - above));
    cell[id] = fuse_ == Fuse::max ? std::max(cell[id], score) : cell[id] + score;
  }
}

FCN_INLINE Status MapFusion::add(const ScoreMap& map, const MapGeometry& geometry) {
  if (Status ok = detail::check_map_to_fuse(map, geometry); !ok) return ok;
  if (map.classes() != fused_->classes() || map.kind() != fused_->kind())
    return Error{ErrorCode::invalid_argument,
                 "maps to fuse must be of one kind and of equally many classes; the first has " +
                     std::to_string(fused_->classes()) + " classes, another " +
                     std::to_string(map.classes()) +
                     (map.kind() == fused_->kind() ? "" : " and another kind of scores"),
                 ""};
  const MapGeometry& places = fused_->geometry();
  const auto rows = readings(places.y, fused_->rows(), geometry.y, map.rows());
  const auto cols = readings(places.x, fused_->cols(), geometry.x, map.cols());
  std::size_t at = 0;
  for (int row = 0; row < fused_->rows(); ++row)
    for (int col = 0; col < fused_->cols(); ++col, ++at) {
      const Reading& y = rows[static_cast<std::size_t>(row)];
      const Reading& x = cols[static_cast<std::size_t>(col)];
      if (!y.within || !x.within) continue;
      take_in(map, y, x, fused_->cell(row, col));
      ++counts_[at];
    }
  return {};
}

FCN_INLINE void MapFusion::finish() {
  for (std::size_t at = 0; fuse_ == Fuse::mean && at < counts_.size(); ++at) {
    const auto cols = static_cast<std::size_t>(fused_->cols());
    float* const cell = fused_->cell(static_cast<int>(at / cols), static_cast<int>(at % cols));
    for (int id = 0; id < fused_->classes(); ++id) cell[id] /= static_cast<float>(counts_[at]);
  }
  detail::find_peaks(*fused_);
}

}  // namespace maps
}  // namespace fcn::inline FCN_ABI
