// SPDX-License-Identifier: MIT
// Connected components of a binary picture that is seen row by row: runs of pixels are joined to those of the
// row above (He, Chao, Suzuki: "A Run-Based Two-Scan Labeling Algorithm", 2008, without the second scan,
// which is not needed here). Not here: which pixels are in (regions.hpp).
#pragma once

#include <cstddef>
#include <vector>

#include "fcn/config.hpp"

namespace fcn::inline FCN_ABI {
namespace maps::detail {

/// Pixels begin <= x < end of one row.
struct Run {
  int begin = 0;
  int end = 0;
};

/// The runs of true pixels, in order, of a row of `width`.
template <class IsIn>
void find_runs(int width, const IsIn& is_in, std::vector<Run>& runs) {
  runs.clear();
  for (int x = 0; x < width;) {
    if (!is_in(x)) {
      ++x;
      continue;
    }
    const int begin = x;
    while (x < width && is_in(x)) ++x;
    runs.push_back({begin, x});
  }
}

/// Which pixels a component's pixel may touch.
enum class Connectivity {
  edges,             ///< 4: foreground with it leaves room for an 8-connected background
  edges_and_corners  ///< 8
};

/// Gives every run a component, and remembers which components turned out to be one.
class ConnectedRuns {
 public:
  explicit ConnectedRuns(Connectivity connectivity) : reach_(connectivity == Connectivity::edges ? 0 : 1) {}

  /// The next row's runs, in order. Returns their components, one a run, valid until the next call; numbers
  /// count up from 0 in the order in which components are first seen, row by row.
  const std::vector<std::size_t>& add_row(const std::vector<Run>& runs);

  /// Components given out so far, of which some have become one.
  [[nodiscard]] std::size_t count() const { return parents_.size(); }
  /// The component that this one has become part of: the first seen of them all.
  [[nodiscard]] std::size_t root(std::size_t component);

 private:
  void join(std::size_t a, std::size_t b);

  int reach_;
  std::vector<std::size_t> parents_;  // never larger than the component itself
  std::vector<Run> runs_above_;
  std::vector<std::size_t> above_;  // the components of runs_above_
  std::vector<std::size_t> components_;
};

}  // namespace maps::detail
}  // namespace fcn::inline FCN_ABI

#ifndef FCN_COMPILED
#include "fcn/maps/connected_runs_inl.hpp"
#endif
