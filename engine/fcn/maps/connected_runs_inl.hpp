// SPDX-License-Identifier: MIT
// Definitions of connected_runs.hpp.
#pragma once

#include <algorithm>

#include "fcn/maps/connected_runs.hpp"

namespace fcn::inline FCN_ABI {
namespace maps::detail {

FCN_INLINE const std::vector<std::size_t>& ConnectedRuns::add_row(const std::vector<Run>& runs) {
  components_.clear();
  std::size_t first = 0;  // the first run above that may touch this one
  for (const Run& run : runs) {
    while (first < runs_above_.size() && runs_above_[first].end + reach_ <= run.begin) ++first;
    const std::size_t fresh = parents_.size();
    std::size_t component = fresh;
    for (std::size_t i = first; i < runs_above_.size() && runs_above_[i].begin < run.end + reach_; ++i) {
      if (component != fresh) join(component, above_[i]);
      component = std::min(component, root(above_[i]));
    }
    if (component == fresh) parents_.push_back(fresh);
    components_.push_back(root(component));
  }
  runs_above_ = runs;
  above_ = components_;
  return components_;
}

FCN_INLINE std::size_t ConnectedRuns::root(std::size_t component) {
  while (parents_[component] != component) {
    parents_[component] = parents_[parents_[component]];  // halves the way for the next one
    component = parents_[component];
  }
  return component;
}

FCN_INLINE void ConnectedRuns::join(std::size_t a, std::size_t b) {
  a = root(a);
  b = root(b);
  parents_[std::max(a, b)] = std::min(a, b);
}

}  // namespace maps::detail
}  // namespace fcn::inline FCN_ABI
