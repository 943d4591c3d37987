// SPDX-License-Identifier: MIT
// The sizes of picture that a session has planned, each with its executor and sinks, the last used first. Not
// here: how a plan is made to fit (run/run_memory.hpp).
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "fcn/run/executor.hpp"
#include "fcn/run/label_sink.hpp"
#include "fcn/run/map_sink.hpp"
#include "fcn/run/run_memory.hpp"

namespace fcn::inline FCN_ABI {

/// What running one size takes.
struct PlannedSize {
  Executor executor;
  MapSink sink;
  LabelSink labels;

  [[nodiscard]] const Plan& plan() const { return executor.plan(); }
  /// What it holds between runs.
  [[nodiscard]] std::uint64_t bytes() const { return run_memory(plan(), MapUse::passed_on).total(); }
};

class PlannedSizes {
 public:
  /// The size of the last run; null if there is none.
  [[nodiscard]] PlannedSize* last() const { return sizes_.empty() ? nullptr : sizes_.front().get(); }

  /// Makes the size the last, if it is planned.
  PlannedSize* find(int height, int width, const PixelRect& part, int images) {
    const auto found = std::find_if(sizes_.begin(), sizes_.end(), [&](const auto& size) {
      const PlanOptions& planned = size->plan().options();
      return planned.height == height && planned.width == width && planned.part == part &&
             planned.images == images;
    });
    if (found == sizes_.end()) return nullptr;
    std::rotate(sizes_.begin(), found, found + 1);
    return last();
  }

  void add(PlannedSize size) {
    sizes_.insert(sizes_.begin(), std::make_unique<PlannedSize>(std::move(size)));
  }
  void drop_last() { sizes_.erase(sizes_.begin()); }
  void clear() { sizes_.clear(); }

  /// Drops sizes, those unused for longest first, until the others than the first `kept` hold at most so many
  /// bytes together.
  void shrink(std::size_t kept, std::uint64_t bytes) {
    std::uint64_t held = 0;
    for (std::size_t i = kept; i < sizes_.size(); ++i) {
      held += sizes_[i]->bytes();
      if (held <= bytes) continue;
      sizes_.resize(i);
      return;
    }
  }

 private:
  std::vector<std::unique_ptr<PlannedSize>> sizes_;
};

}  // namespace fcn::inline FCN_ABI
