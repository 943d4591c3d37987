// SPDX-License-Identifier: MIT
// Which ops may write their rows over rows that they read. Whether a plan does so depends on who else reads
// these (fcn/run/plan_rings_inl.hpp).
#pragma once

#include <cstddef>
#include <variant>

#include "fcn/graph/graph.hpp"

namespace fcn::inline FCN_ABI {

/// Whether the op reads each value of input number `slot` for the value in the same place alone, before it
/// writes that, provided that the input has the output's shape. Its kernels then allow both to be one map.
inline bool may_overwrite(const Op& op, std::size_t slot) {
  if (const auto* conv = std::get_if<Conv>(&op)) return conv->residual && slot == 1;
  if (std::holds_alternative<Add>(op) || std::holds_alternative<Arithmetic>(op)) return true;
  return std::holds_alternative<Relu>(op) || std::holds_alternative<Activation>(op) ||
         std::holds_alternative<PRelu>(op) || std::holds_alternative<BatchNorm>(op) ||
         std::holds_alternative<ChannelNorm>(op);
}

}  // namespace fcn::inline FCN_ABI
