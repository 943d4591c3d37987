// SPDX-License-Identifier: MIT
// --compare-windows: a score map beside the sliding window that it stands for, in agreement and in cost.
// Shown by window_report.hpp. Not here: running windows (window_batch.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "fcn/graph/graph.hpp"
#include "fcn/image_view.hpp"
#include "fcn/model.hpp"
#include "fcn/result.hpp"
#include "fcn/session.hpp"

namespace fcn::tools {

inline constexpr int kNoClass = -1;  ///< if classes are independent and none is more likely than not

/// What cells of a map and the windows that stand where their nominal windows do say alike. Differences are
/// of logits. Rows and columns are the map's.
struct WindowAgreement {
  struct Largest {
    double difference = 0;
    int class_id = 0;
    int row = 0;
    int col = 0;
  };
  struct Disagreement {
    int row = 0;
    int col = 0;
    int map_class = 0;     ///< the best in the cell, the background included; or kNoClass
    int window_class = 0;  ///< the best of the window on its own
  };
  /// Windows with the same number of sides at the picture's edge, or beyond it.
  struct AtEdge {
    int cells = 0;
    double rms_difference = 0;
  };

  int cells = 0;  ///< compared: a window between two cells has none to be compared with
  int same_class = 0;
  double correlation = 0;  ///< Pearson's, over all logits of all cells; NaN if a side is constant
  double rms_difference = 0;
  Largest largest;
  std::array<AtEdge, 5> by_sides_at_edge;
  std::vector<Disagreement> disagreements;
};

struct WindowComparison {
  struct Cost {
    std::uint64_t multiply_adds = 0;  ///< by direct convolution
    double ms = 0;                    ///< medians of runs in turn, from 8-bit pixels to logits
  };

  Extent stride;  ///< pixels from window to window
  Extent window;  ///< pixels
  int rows = 0;   ///< of windows
  int cols = 0;
  int batch = 0;  ///< windows that ran side by side, the fastest number of those tried
  WindowAgreement agreement;
  Cost map;
  Cost windows;  ///< of all of them

  [[nodiscard]] double multiply_adds_ratio() const {
    return static_cast<double>(windows.multiply_adds) / static_cast<double>(map.multiply_adds);
  }
  [[nodiscard]] double time_ratio() const { return windows.ms / map.ms; }
};

/// Classifies the windows at multiples of `stride` pixels (0 for the map's own stride), as far as the map has
/// cells, each on its own, and compares with the map, which runs again and again in turn with them. `session`
/// must have run `image`, and keeps its options. Errors are those of WindowBatch and Session, and
/// ErrorCode::unsupported for stride 0 where the map's own is no whole number of pixels.
Result<WindowComparison> compare_windows(const Model& model, Session& session, const ImageView& image,
                                         int stride);

}  // namespace fcn::tools
