// SPDX-License-Identifier: MIT
// Definitions of region_pieces.hpp.
#pragma once

#include <algorithm>

#include "fcn/maps/region_pieces.hpp"

namespace fcn::inline FCN_ABI {
namespace maps::detail {

FCN_INLINE void Piece::add(const Run& run, int y, const float* scores) {
  left = std::min(left, run.begin);
  right = std::max(right, run.end);
  bottom = y + 1;
  area += run.end - run.begin;
  for (int x = run.begin; x < run.end; ++x) {
    sum += static_cast<double>(scores[x]);
    peak = std::max(peak, scores[x]);
  }
}

FCN_INLINE void Piece::add(const Piece& other) {
  left = std::min(left, other.left);
  right = std::max(right, other.right);
  bottom = std::max(bottom, other.bottom);
  area += other.area;
  sum += other.sum;
  peak = std::max(peak, other.peak);
}

/// The runs between `runs`, with a column to each side of the picture: the ground that regions stand on.
FCN_INLINE void find_gaps(const std::vector<Run>& runs, int width, std::vector<Run>& gaps) {
  gaps.clear();
  int begin = -1;
  for (const Run& run : runs) {
    gaps.push_back({begin, run.begin});
    begin = run.end;
  }
  gaps.push_back({begin, width + 1});
}

FCN_INLINE bool PieceFinder::add_row(int y, const std::vector<Run>& runs, const float* scores) {
  find_gaps(runs, width_, gaps_);
  const auto& grounds = ground_.add_row(gaps_);
  const auto& components = connected_.add_row(runs);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const Run& run = runs[i];
    if (components[i] == pieces_.size())
      pieces_.push_back({.first = {run.begin, y},
                         .left = run.begin,
                         .top = y,
                         .right = run.end,
                         .bottom = y + 1,
                         .ground = grounds[i]});
    pieces_[components[i]].add(run, y, scores);
  }
  return connected_.count() <= kMaxPieces && ground_.count() <= kMaxPieces;
}

FCN_INLINE std::vector<Piece> PieceFinder::finish() {
  std::vector<Piece> whole;
  for (std::size_t i = pieces_.size(); i-- > 0;)
    if (connected_.root(i) != i) pieces_[connected_.root(i)].add(pieces_[i]);
  for (std::size_t i = 0; i < pieces_.size(); ++i)
    if (connected_.root(i) == i) whole.push_back(pieces_[i]);
  return whole;
}

}  // namespace maps::detail
}  // namespace fcn::inline FCN_ABI
