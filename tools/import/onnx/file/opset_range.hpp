// SPDX-License-Identifier: MIT
// Which operator sets a rule implements. ONNX numbers its operator sets and says of each operator in which of
// them its meaning changed (docs/Changelog.md of the ONNX project); every rule of the importer states its
// range. Not here: the rules (lowering.hpp, fold_constants.hpp).
#pragma once

#include <algorithm>
#include <cstdint>

namespace fcn::tools {

/// Before it, many operators had other meanings.
inline constexpr std::int64_t kOldestOpset = 7;
/// The newest one in ONNX's Changelog that every rule without an end of its own was compared with.
inline constexpr std::int64_t kNewestOpset = 27;

struct OpsetRange {
  std::int64_t first = kOldestOpset;
  std::int64_t last = kNewestOpset;

  /// ONNX's own test data has files older than kOldestOpset of operators that have not changed since.
  [[nodiscard]] bool contains(std::int64_t opset) const {
    opset = std::max(opset, kOldestOpset);
    return opset >= first && opset <= last;
  }
};

}  // namespace fcn::tools
