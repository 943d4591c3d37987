// SPDX-License-Identifier: MIT
// The result of a run: for every class a map of scores, one cell for each place the classifier's window could
// stand, the best cell of each class, and the geometry that ties cells to pixels.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "fcn/base/aligned_buffer.hpp"
#include "fcn/base/checked.hpp"
#include "fcn/graph/geometry.hpp"
#include "fcn/graph/graph.hpp"
#include "fcn/model_info.hpp"
#include "fcn/result.hpp"

namespace fcn::inline FCN_ABI {

/// What the cells of a map hold: the classifier's logits, or the probabilities that the model's activation
/// makes of them. A model without an activation has logits only.
enum class ScoreKind { probabilities, logits };

/// The best cell of a class. Ties go to the first cell, row by row.
struct Peak {
  float probability = 0;  ///< the logit, of a model without an activation
  int row = 0;            ///< of the cell, from the top
  int col = 0;            ///< of the cell, from the left
};

/// What becomes of a run's rows of scores.
enum class MapUse {
  held,       ///< a map is made of them
  passed_on,  ///< they are used as they come: memory grows with the picture's width, not its area
};

/// The scores of every class in every cell, their geometry and the best cell of each class. The caller owns
/// it, and it needs neither model nor session.
class ScoreMap {
 public:
  ScoreMap() = default;

  /// A map of the given shape without scores. Errors: limit_exceeded, out_of_memory.
  static Result<ScoreMap> create(const Shape& shape, ScoreKind kind, const MapGeometry& geometry,
                                 std::optional<int> background,
                                 ScoreActivation activation = ScoreActivation::softmax) {
    ScoreMap map;
    if (Status ok = map.reset(shape, kind, geometry, background, activation); !ok) return ok.error();
    return map;
  }

  /// Makes this a map of the given shape without scores, reusing its memory where that suffices. Of scores
  /// that are passed on the map has all but the cells.
  Status reset(const Shape& shape, ScoreKind kind, const MapGeometry& geometry, std::optional<int> background,
               ScoreActivation activation = ScoreActivation::softmax, MapUse use = MapUse::held) {
    const int dims[] = {shape.channels, shape.height, shape.width};
    const auto floats = checked_product(dims);
    if (!floats) return Error{ErrorCode::limit_exceeded, "score map size overflows", ""};
    has_cells_ = use == MapUse::held;
    if (!has_cells_) values_ = AlignedBuffer();
    if (has_cells_ && *floats > values_.size()) {
      values_ = AlignedBuffer();  // free the old one first: two large maps need not fit
      auto values = AlignedBuffer::allocate(static_cast<std::size_t>(*floats), "score map");
      if (!values) return values.error();
      values_ = *std::move(values);
    }
    shape_ = shape;
    activation_ = activation;
    kind_ = activation == ScoreActivation::none ? ScoreKind::logits : kind;
    geometry_ = geometry;
    background_ = background;
    Peak none;  // less than any number
    if (activation == ScoreActivation::none) none.probability = -std::numeric_limits<float>::infinity();
    peaks_.assign(static_cast<std::size_t>(shape.channels), none);
    return {};
  }

  [[nodiscard]] int classes() const { return shape_.channels; }  ///< of every cell
  [[nodiscard]] int rows() const { return shape_.height; }       ///< of cells
  [[nodiscard]] int cols() const { return shape_.width; }        ///< of cells
  [[nodiscard]] ScoreKind kind() const { return kind_; }         ///< what the scores are
  /// What makes probabilities of logits.
  [[nodiscard]] ScoreActivation activation() const { return activation_; }
  [[nodiscard]] const MapGeometry& geometry() const { return geometry_; }  ///< cells in pixels
  /// For a map whose picture is part of another, or has a border.
  void set_geometry(const MapGeometry& geometry) { geometry_ = geometry; }
  [[nodiscard]] std::optional<int> background() const { return background_; }  ///< ModelInfo::background

  /// Whether the cells' scores are here. Without them only at(), cell() and winner() may not be called.
  [[nodiscard]] bool has_cells() const { return has_cells_; }

  /// The score of a class in a cell.
  [[nodiscard]] float at(int class_id, int row, int col) const {
    FCN_ASSERT(class_id >= 0 && class_id < classes());
    return cell(row, col)[class_id];
  }
  /// The scores of all classes in one cell, contiguous: the map is stored cell by cell.
  [[nodiscard]] const float* cell(int row, int col) const { return values_.data() + offset(row, col); }
  /// The same, to be written: peaks do not follow.
  [[nodiscard]] float* cell(int row, int col) { return values_.data() + offset(row, col); }

  /// The best cell of a class.
  [[nodiscard]] const Peak& peak(int class_id) const { return peaks_[static_cast<std::size_t>(class_id)]; }
  /// One per class, in the order of classes.
  [[nodiscard]] const std::vector<Peak>& peaks() const { return peaks_; }
  [[nodiscard]] std::vector<Peak>& peaks() { return peaks_; }  ///< the same, to be written

  /// The class whose best cell is highest, never the background; nothing if there is no other class, or if
  /// classes are independent (sigmoid) and none is more likely than not.
  [[nodiscard]] std::optional<int> predicted() const {
    const std::vector<int> best = top(1);
    if (best.empty()) return std::nullopt;
    const bool unlikely = activation_ == ScoreActivation::sigmoid && !(peak(best[0]).probability >= 0.5f);
    return unlikely ? std::nullopt : std::optional<int>(best[0]);
  }

  /// The class that wins a cell, chosen as in predicted(); nothing also if no score is a number.
  [[nodiscard]] std::optional<int> winner(int row, int col) const {
    const float* const scores = cell(row, col);
    if (activation_ == ScoreActivation::sigmoid) return likeliest(scores);
    const auto best = static_cast<int>(std::max_element(scores, scores + classes()) - scores);
    return std::isnan(scores[best]) || best == background_ ? std::nullopt : std::optional<int>(best);
  }

  /// The `count` classes with the highest peaks, best first, without the background. Ties go to the smaller
  /// class id.
  [[nodiscard]] std::vector<int> top(int count) const {
    std::vector<int> ids(peaks_.size());
    std::iota(ids.begin(), ids.end(), 0);
    if (background_) std::erase(ids, *background_);
    const auto kept = std::min(ids.size(), static_cast<std::size_t>(std::max(count, 0)));
    const auto higher = [&](int a, int b) {
      return peak(a).probability != peak(b).probability ? peak(a).probability > peak(b).probability : a < b;
    };
    std::partial_sort(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(kept), ids.end(), higher);
    ids.resize(kept);
    return ids;
  }

 private:
  /// The best of independent classes that is more likely than not, the background excluded.
  [[nodiscard]] std::optional<int> likeliest(const float* scores) const {
    std::optional<int> best;
    for (int id = 0; id < classes(); ++id)
      if (id != background_ && scores[id] >= (kind_ == ScoreKind::logits ? 0.0f : 0.5f) &&
          (!best || scores[id] > scores[*best]))
        best = id;
    return best;
  }
  [[nodiscard]] std::size_t offset(int row, int col) const {
    FCN_ASSERT(has_cells_ && row >= 0 && row < rows() && col >= 0 && col < cols());
    return (static_cast<std::size_t>(row) * static_cast<std::size_t>(shape_.width) +
            static_cast<std::size_t>(col)) *
           static_cast<std::size_t>(shape_.channels);
  }

  Shape shape_;
  ScoreKind kind_ = ScoreKind::probabilities;
  ScoreActivation activation_ = ScoreActivation::softmax;
  MapGeometry geometry_;
  std::optional<int> background_;
  bool has_cells_ = true;
  AlignedBuffer values_;
  std::vector<Peak> peaks_;
};

}  // namespace fcn::inline FCN_ABI
