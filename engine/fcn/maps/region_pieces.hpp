// SPDX-License-Identifier: MIT
// The regions of one class as they grow, row by row. Not here: which pixels are in (regions.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "fcn/maps/connected_runs.hpp"
#include "fcn/maps/contour.hpp"

namespace fcn::inline FCN_ABI {
namespace maps::detail {

inline constexpr std::size_t kMaxPieces = 100'000;

/// What has been seen of a component so far.
struct Piece {
  ContourPoint first;  ///< in the order of rows
  int left = 0;
  int top = 0;
  int right = 0;
  int bottom = 0;
  std::int64_t area = 0;
  double sum = 0;
  float peak = -std::numeric_limits<float>::infinity();
  std::size_t ground = 0;  ///< the component of pixels that are not in, left of `first`

  void add(const Run& run, int y, const float* scores);
  void add(const Piece& other);
};

/// The pieces of one class, collected row by row.
class PieceFinder {
 public:
  explicit PieceFinder(int width) : width_(width) { ground_.add_row({{-1, width + 1}}); }

  /// Takes every row in turn, with the scores of its pixels; returns false if there are more than kMaxPieces.
  bool add_row(int y, const std::vector<Run>& runs, const float* scores);

  /// Whole components in the order of their first pixels.
  std::vector<Piece> finish();

  /// Whether a whole component lies in no hole of another: the ground to its left reaches the picture's
  /// border.
  [[nodiscard]] bool is_outermost(const Piece& piece) { return ground_.root(piece.ground) == 0; }

 private:
  int width_;
  ConnectedRuns connected_{Connectivity::edges_and_corners};
  ConnectedRuns ground_{Connectivity::edges};
  std::vector<Piece> pieces_;
  std::vector<Run> gaps_;
};

}  // namespace maps::detail
}  // namespace fcn::inline FCN_ABI

#ifndef FCN_COMPILED
#include "fcn/maps/region_pieces_inl.hpp"
#endif
