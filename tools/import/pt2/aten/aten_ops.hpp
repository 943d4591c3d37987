// SPDX-License-Identifier: MIT
// Translates each ATen operator into ONNX's operators: a table from names to functions, one small function
// each, one file per family (aten_*.cpp). Omitted arguments have ATen's defaults.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/import/pt2/aten/aten_call.hpp"

namespace fcn::tools {

/// Appends the ONNX nodes for a call and returns the values of its outputs; fewer than it has if the last
/// ones are not supported (a max pool's indices). A Refusal states what is not supported, and what is
/// instead.
using AtenTranslation = std::vector<std::string> (*)(AtenCall& call);

struct AtenRule {
  std::string_view name;  ///< without namespace, overload and the underscore of in-place operators
  AtenTranslation translate;
};

std::span<const AtenRule> aten_activation_rules();   // aten_activations.cpp: functions of single values
std::span<const AtenRule> aten_arithmetic_rules();   // aten_arithmetic.cpp: of two tensors, or with numbers
std::span<const AtenRule> aten_comparison_rules();   // aten_comparisons.cpp: logic and choices, too
std::span<const AtenRule> aten_constant_rules();     // aten_constants.cpp: tensors made from nothing
std::span<const AtenRule> aten_convolution_rules();  // aten_convolutions.cpp
std::span<const AtenRule> aten_linear_rules();       // aten_linear.cpp: products with matrices
std::span<const AtenRule> aten_norm_rules();         // aten_norms.cpp: batch, layer, group and instance norms
std::span<const AtenRule> aten_part_rules();         // aten_parts.cpp: slices, splits, concatenation
std::span<const AtenRule> aten_reduction_rules();    // aten_reductions.cpp: means, sums, norms, softmax
std::span<const AtenRule> aten_shape_rules();        // aten_shapes.cpp: the same values in another shape
std::span<const AtenRule> aten_window_rules();       // aten_windows.cpp: pools, padding, resizing

/// The operator's name in the rules: "relu" of "torch.ops.aten.relu_.default"; empty for other namespaces.
std::string_view aten_name(std::string_view target);
/// Whether it changes its first argument's memory.
bool is_in_place(std::string_view target);

/// The function for a target; null if it is not supported.
AtenTranslation find_aten_rule(std::string_view target);

/// Arithmetic on sizes ("_operator.mul", "math.ceil", "torch.sym_max"): all of it goes to one function.
bool is_symbolic(std::string_view target);
std::vector<std::string> translate_symbolic(AtenCall& call);  // aten_symbols.cpp

}  // namespace fcn::tools
