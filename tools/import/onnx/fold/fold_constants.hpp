// SPDX-License-Identifier: MIT
// Computes nodes whose inputs are all known, whatever they are: the shape arithmetic that exporters leave
// around a head, evaluated on the training window, and weights that are standardised, clipped,
// re-parametrised or dequantised on their way. Integers are exact; an overflow is a Refusal. Not here:
// anything that depends on the picture (lowering.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tools/import/onnx/file/known_tensor.hpp"
#include "tools/import/onnx/values/node_call.hpp"

namespace fcn::tools {

/// The computation that a file may still cause at import, all its nodes together.
struct FoldBudget {
  /// Elements held: 1 GB of floats, more than any network's weights that pass through a transpose.
  std::uint64_t elements = std::uint64_t{1} << 28;
  /// Elements read and products summed up: seconds.
  std::uint64_t work = std::uint64_t{1} << 32;

  /// A Refusal if less than that is left.
  void spend(std::uint64_t amount);
};

/// All values as float64.
std::vector<double> doubles_of(const KnownTensor& tensor);

/// The outputs of a node whose given inputs are known, or of a Shape or Size of anything. Nothing if the
/// node's type is not one that is computed here. The budget pays for the outputs.
std::optional<std::vector<KnownTensor>> fold(const NodeCall& call, FoldBudget& budget);

}  // namespace fcn::tools
