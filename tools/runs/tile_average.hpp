// SPDX-License-Identifier: MIT
// Labels a picture by overlapping tiles of one size, as "Dive into Deep Learning", section 14.11.5, does:
// each tile is run by itself, and where tiles overlap their logits are averaged before the greatest is
// taken. Not here: running the whole picture at once, which is exact and needs no tiles
// (Session::label_rows).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "fcn/base/aligned_buffer.hpp"
#include "fcn/image_view.hpp"
#include "fcn/label_map.hpp"
#include "fcn/model.hpp"
#include "fcn/score_map.hpp"
#include "fcn/score_rows.hpp"
#include "fcn/session.hpp"
#include "tools/shell/counted_memory.hpp"

namespace fcn::tools {

/// Where tiles begin along an axis so that they cover it: one after the other, the last moved back so that it
/// ends with the axis. A tile is not larger than the axis.
std::vector<int> tile_starts(int size, int tile);

/// The sums of the logits of each pixel in one row of tiles, and how many tiles gave them.
class TileSums {
 public:
  /// Bytes held for a picture of such a width.
  static std::uint64_t bytes(int tile_height, int width, int classes);

  TileSums(int tile_height, int width, int classes);

  /// Adds a tile's logits at these columns.
  void add(const ScoreMap& tile, int left);
  /// The labels of a row, counted from the top of these tiles. `half` is the logit above which an only class
  /// is there.
  void label(int row, float half, std::vector<std::uint16_t>& labels) const;
  /// The mean logits of a row, counted from the top of these tiles: a pixel's begin `pixel_stride` floats
  /// after those of the pixel before.
  void average(int row, float* means, std::ptrdiff_t pixel_stride) const;
  /// Moves the sums up by so many rows; those that come in are 0.
  void advance(int rows);

 private:
  [[nodiscard]] std::size_t row_values() const;

  int height_;
  int width_;
  int classes_;
  CountedVector<float> sums_;  // of each pixel its classes, then the number of tiles
};

/// Who takes the scores of averaged tiles, and which.
struct TileScores {
  ScoreRows* rows = nullptr;  ///< null for nobody
  ScoreKind kind = ScoreKind::probabilities;
};

/// Makes rows of scores of the mean logits: the activation comes after the average.
class TileScoreRow {
 public:
  /// Bytes held for a picture of such a width.
  static std::uint64_t bytes(int width, int classes);

  static Result<TileScoreRow> create(const Model& model, int width, int classes);

  /// Hands a row of `sums` on, counted from the top of its tiles; `row` is the picture's.
  void hand_on(const TileSums& sums, int row_of_tiles, int row, const TileScores& scores);

 private:
  TileScoreRow(const Model& model, int width, int classes, AlignedBuffer means, AlignedBuffer probabilities);

  const Model* model_;
  int width_;
  int classes_;
  AlignedBuffer means_;  // a row, laid out as kernels have it
  AlignedBuffer probabilities_;
};

/// What tiles took.
struct TileTimes {
  int tiles = 0;
  double plan_ms = 0;
  double infer_ms = 0;
};

/// Labels the picture row by row into `rows`, and hands on its averaged scores if somebody takes them. `tile`
/// is clipped to the picture. The session gives logits from then on. Errors as Session::run_into().
Result<TileTimes> label_tiles(Session& session, const Model& model, const ImageView& picture, Extent tile,
                              LabelRows& rows, const TileScores& scores = {});

}  // namespace fcn::tools
