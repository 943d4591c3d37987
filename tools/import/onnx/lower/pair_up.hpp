// SPDX-License-Identifier: MIT
// Two tensors made ready for the engine's arithmetic, which pairs maps by channel, row and column: ONNX's
// broadcasting rules in terms of views. Not here: the arithmetic (elementwise.hpp).
#pragma once

#include "tools/import/onnx/lower/lowering.hpp"

namespace fcn::tools {

/// Two maps whose channels, rows and columns agree or are 1, and the view of what an operation makes of them.
struct Pair {
  Feature a;
  Feature b;
  TensorView view;
};

/// Appends selections that repeat or reorder channels where the maps need them. A Refusal if ONNX pairs the
/// values otherwise than by places.
Pair pair_up(const Feature& a, const Feature& b, NetworkBuilder& net);

/// A known tensor as a map to be paired with a tensor of this view; a Refusal if it differs from place to
/// place.
Feature constant_beside(const KnownTensor& known, const TensorView& view, NetworkBuilder& net);

}  // namespace fcn::tools
