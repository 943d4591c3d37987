// SPDX-License-Identifier: MIT
// The lowering of each type of ONNX node: a table from types to functions, one small function each, one file
// per family (lower_*.cpp); and what these functions share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "tools/import/onnx/file/opset_range.hpp"
#include "tools/import/onnx/values/network_builder.hpp"
#include "tools/import/onnx/values/node_call.hpp"

namespace fcn::tools {

/// Appends the engine's nodes for one ONNX node and returns the values of its outputs. A Refusal
/// states what is not supported, and what is instead.
using Lowering = std::vector<Value> (*)(const NodeCall& call, NetworkBuilder& net);

/// A function and the operator sets whose meaning of the type it implements; a type whose meaning changed may
/// have several rules.
struct LoweringRule {
  std::string_view type;
  Lowering lower;
  OpsetRange opsets = {};
};

std::span<const LoweringRule> convolution_rules();  // lower_convolutions.cpp
std::span<const LoweringRule> transposed_rules();   // lower_transposed.cpp: DepthToSpace too
std::span<const LoweringRule> window_rules();       // lower_windows.cpp: pools
std::span<const LoweringRule> pad_rules();          // lower_pads.cpp
std::span<const LoweringRule> resize_rules();       // lower_resize.cpp
std::span<const LoweringRule> activation_rules();   // lower_activations.cpp: functions of single values
std::span<const LoweringRule> arithmetic_rules();   // lower_arithmetic.cpp: several maps; constants
std::span<const LoweringRule> comparison_rules();   // lower_comparisons.cpp: logic and choices, too
std::span<const LoweringRule> norm_rules();         // lower_norms.cpp
std::span<const LoweringRule> reduction_rules();    // lower_reductions.cpp: along axes; softmax
std::span<const LoweringRule> shape_rules();        // lower_shapes.cpp: reshapes, selections
std::span<const LoweringRule> concat_rules();       // lower_concat.cpp
std::span<const LoweringRule> linear_rules();       // lower_linear.cpp: products with matrices
std::span<const LoweringRule> einsum_rules();       // lower_einsum.cpp
std::span<const LoweringRule> aten_rules();         // lower_aten.cpp: what only .pt2 files say

std::span<const LoweringRule> quantised_rules();  // lower_quantised.cpp: between integers and reals

/// The function for a node's type and operator set. A Refusal if there is none.
Lowering find_lowering(const NodeCall& call);

/// The node that holds this tensor as a whole map: images (1) x channels x rows x columns. Appends a
/// selection if the channels are in another order, and moves channels to places or back if the axes are so
/// (map_layout.cpp). A Refusal if the tensor is no map.
Feature as_map(const Feature& feature, NetworkBuilder& net);

/// Keeps these indices of an axis that runs over channels alone, in this order.
Feature select(const Feature& feature, std::size_t axis, std::span<const std::int64_t> indices,
               NetworkBuilder& net);

/// For each channel of the map the value of `known`, broadcast to the feature's dimensions; nothing if it
/// differs from place to place. A Refusal if the shapes misfit.
std::optional<std::vector<float>> channel_values(const KnownTensor& known, const Feature& feature);

/// y = scale x + shift for each channel.
BatchNorm scale_and_shift(std::vector<float> scale, std::vector<float> shift);

/// An int from the file, from `low` to `high`.
int checked_int(std::int64_t value, const char* what, int low, int high);

/// Numbers along both axes from an attribute that may be left out.
Extent extent_attribute(const NodeCall& call, const char* name, Extent fallback);

/// The padding of a sliding window over a map of this shape: pads, or auto_pad as it comes out on the
/// training window.
Padding window_padding(const NodeCall& call, const Shape& in, Extent kernel, Extent stride, Extent dilation);

}  // namespace fcn::tools
